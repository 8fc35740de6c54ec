#include "addon/io/hardware_timestamping.h"

#include <linux/net_tstamp.h>

#include <cerrno>

namespace ptpswitch::io {
namespace {

// Whether a receive filter stamps the event messages of all three transports.
bool covers_every_transport(int receive_filter) {
  return receive_filter == HWTSTAMP_FILTER_PTP_V2_EVENT || receive_filter == HWTSTAMP_FILTER_ALL;
}

}  // namespace

std::variant<std::unique_ptr<HardwareTimestamping>, Error> HardwareTimestamping::enable(
    const InterfaceProbe& probe, std::optional<HardwareTimestampConfig> remembered,
    DriverCalls& calls) {
  int last_errno = EOPNOTSUPP;
  for (const int filter : {HWTSTAMP_FILTER_PTP_V2_EVENT, HWTSTAMP_FILTER_ALL}) {
    if ((probe.receive_filters & (1u << filter)) == 0) continue;
    HardwareTimestampConfig config{HWTSTAMP_TX_ON, filter};
    last_errno = set_hardware_timestamping(probe.name, config, calls);
    if (last_errno == 0 && config.transmit_type == HWTSTAMP_TX_ON &&
        covers_every_transport(config.receive_filter)) {
      const bool left_by_us = remembered && probe.current == config;
      return std::unique_ptr<HardwareTimestamping>(new HardwareTimestamping(
          probe, left_by_us ? remembered : probe.current, config, calls));
    }
  }
  if (last_errno == EPERM) {
    return Error{kErrPermission, probe.name +
                                     ": no permission to set hardware time stamping: run as root "
                                     "or give the program CAP_NET_ADMIN"};
  }
  return Error{kErrTimestamping,
               probe.name + ": hardware time stamping of all PTP event messages refused (" +
                   describe_errno("SIOCSHWTSTAMP", last_errno) + "); use timestamping: software"};
}

bool HardwareTimestamping::changed_by_others() const {
  const auto current = hardware_timestamping_mode(interface_, calls_);
  return current && *current != active_;  // none: the driver does not tell its mode
}

void HardwareTimestamping::set_again() {
  HardwareTimestampConfig config = active_;
  set_hardware_timestamping(interface_, config, calls_);
}

HardwareTimestamping::~HardwareTimestamping() {
  // It may be gone, and another interface may have its name by now.
  if (interface_index(interface_, calls_) != interface_index_) return;
  HardwareTimestampConfig config =
      former_.value_or(HardwareTimestampConfig{HWTSTAMP_TX_OFF, HWTSTAMP_FILTER_NONE});
  set_hardware_timestamping(interface_, config, calls_);
}

}  // namespace ptpswitch::io
