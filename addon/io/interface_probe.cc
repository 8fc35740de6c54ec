#include "addon/io/interface_probe.h"

#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "addon/io/file_descriptor.h"

namespace ptpswitch::io {
namespace {

constexpr std::array<std::string_view, 4> kTransmitTypes = {"off", "on", "onestep-sync",
                                                            "onestep-p2p"};
constexpr std::array<std::string_view, 16> kReceiveFilters = {
    "none",           "all",           "some",
    "ptpv1-l4-event", "ptpv1-l4-sync", "ptpv1-l4-delay-req",
    "ptpv2-l4-event", "ptpv2-l4-sync", "ptpv2-l4-delay-req",
    "ptpv2-l2-event", "ptpv2-l2-sync", "ptpv2-l2-delay-req",
    "ptpv2-event",    "ptpv2-sync",    "ptpv2-delay-req",
    "ntp-all"};

template <size_t N>
std::vector<std::string> names_of(const std::array<std::string_view, N>& names, uint32_t bits) {
  std::vector<std::string> result;
  for (size_t i = 0; i < N; ++i) {
    if (bits & (1u << i)) result.emplace_back(names[i]);
  }
  return result;
}

FileDescriptor control_socket() {
  return FileDescriptor(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

ifreq request_for(const std::string& name) {
  ifreq request{};
  std::strncpy(request.ifr_name, name.c_str(), IFNAMSIZ - 1);
  return request;
}

// Requests about one interface, all through one socket.
class InterfaceRequests {
 public:
  InterfaceRequests(const std::string& name, DriverCalls& calls) : name_(name), calls_(calls) {}

  bool ioctl(unsigned long what, ifreq& request) {
    request = request_for(name_);
    return calls_.ioctl(fd_.get(), what, &request) == 0;
  }
  // `answer` begins with a field for the number of its command.
  template <typename Answer>
  bool ethtool(uint32_t command, Answer& answer) {
    answer.cmd = command;
    return ioctl_with_data(SIOCETHTOOL, answer);
  }
  template <typename Answer>
  bool ioctl_with_data(unsigned long what, Answer& answer) {
    ifreq request = request_for(name_);
    request.ifr_data = reinterpret_cast<char*>(&answer);
    return calls_.ioctl(fd_.get(), what, &request) == 0;
  }

 private:
  const std::string& name_;
  DriverCalls& calls_;
  FileDescriptor fd_ = control_socket();
};

int speed_of(InterfaceRequests& requests) {
  ethtool_cmd command{};
  if (!requests.ethtool(ETHTOOL_GSET, command)) return -1;
  const uint32_t speed = ethtool_cmd_speed(&command);
  return speed == static_cast<uint32_t>(SPEED_UNKNOWN) || speed == UINT16_MAX
             ? -1
             : static_cast<int>(speed);
}

}  // namespace

std::string InterfaceProbe::hardware_obstacle() const {
  constexpr uint32_t kNeeded =
      SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
  if ((capabilities & kNeeded) != kNeeded || (transmit_types & (1u << HWTSTAMP_TX_ON)) == 0) {
    return "it has no hardware time stamps";
  }
  if (phc_index < 0) return "its hardware clock cannot be read";
  constexpr uint32_t kEveryTransport =
      (1u << HWTSTAMP_FILTER_ALL) | (1u << HWTSTAMP_FILTER_PTP_V2_EVENT);
  if ((receive_filters & kEveryTransport) == 0) {
    std::string filters;
    for (const std::string& filter : receive_filter_names(receive_filters)) {
      filters += (filters.empty() ? "" : ", ") + filter;
    }
    return "its hardware stamps the event messages of some transports only (" + filters + ")";
  }
  return "";
}

InterfaceProbe probe_interface(const std::string& name, DriverCalls& calls) {
  InterfaceProbe probe;
  probe.name = name;
  if (name.empty() || name.size() >= IFNAMSIZ) return probe;
  InterfaceRequests requests(name, calls);
  ifreq answer;
  if (!requests.ioctl(SIOCGIFINDEX, answer)) return probe;
  probe.exists = true;
  probe.index = answer.ifr_ifindex;

  if (requests.ioctl(SIOCGIFFLAGS, answer)) {
    probe.up = (answer.ifr_flags & IFF_UP) != 0;
    probe.running = probe.up && (answer.ifr_flags & IFF_RUNNING) != 0;
    probe.loopback = (answer.ifr_flags & IFF_LOOPBACK) != 0;
  }
  if (requests.ioctl(SIOCGIFHWADDR, answer)) {
    probe.ethernet = answer.ifr_hwaddr.sa_family == ARPHRD_ETHER;
    const auto* mac = reinterpret_cast<const uint8_t*>(answer.ifr_hwaddr.sa_data);
    char text[18];
    std::snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
                  mac[3], mac[4], mac[5]);
    probe.mac = text;
  }

  ethtool_drvinfo driver{};
  if (requests.ethtool(ETHTOOL_GDRVINFO, driver)) probe.driver = driver.driver;
  probe.speed_mbps = speed_of(requests);

  ethtool_ts_info info{};
  if (requests.ethtool(ETHTOOL_GET_TS_INFO, info)) {
    probe.phc_index = info.phc_index;
    probe.capabilities = info.so_timestamping;
    probe.transmit_types = info.tx_types;
    probe.receive_filters = info.rx_filters;
  }
  probe.current = hardware_timestamping_mode(name, calls);
  ethtool_coalesce coalesce{};
  if (requests.ethtool(ETHTOOL_GCOALESCE, coalesce)) {
    probe.coalescing =
        Coalescing{coalesce.rx_coalesce_usecs, coalesce.use_adaptive_rx_coalesce != 0};
  }
  ethtool_eee eee{};
  if (requests.ethtool(ETHTOOL_GEEE, eee)) {
    probe.energy_efficiency = EnergyEfficiency{eee.eee_enabled != 0, eee.eee_active != 0};
  }
  return probe;
}

int interface_index(const std::string& name, DriverCalls& calls) {
  ifreq answer;
  return InterfaceRequests(name, calls).ioctl(SIOCGIFINDEX, answer) ? answer.ifr_ifindex : 0;
}

std::optional<HardwareTimestampConfig> hardware_timestamping_mode(const std::string& name,
                                                                  DriverCalls& calls) {
  hwtstamp_config config{};
  if (!InterfaceRequests(name, calls).ioctl_with_data(SIOCGHWTSTAMP, config)) return std::nullopt;
  return HardwareTimestampConfig{config.tx_type, config.rx_filter};
}

std::vector<std::string> transmit_type_names(uint32_t bits) {
  return names_of(kTransmitTypes, bits);
}

std::vector<std::string> receive_filter_names(uint32_t bits) {
  return names_of(kReceiveFilters, bits);
}

int set_hardware_timestamping(const std::string& name, HardwareTimestampConfig& config,
                              DriverCalls& calls) {
  // The netlink form does not say what the driver has granted, so that is read back. Where either
  // of the two fails the mode is set by SIOCSHWTSTAMP.
  if (calls.set_timestamping_by_netlink(name, config.transmit_type, config.receive_filter) == 0) {
    hwtstamp_config granted{};
    if (InterfaceRequests(name, calls).ioctl_with_data(SIOCGHWTSTAMP, granted) &&
        granted.tx_type == config.transmit_type) {
      config = {granted.tx_type, granted.rx_filter};
      return 0;
    }
  }
  hwtstamp_config wire{};
  wire.tx_type = config.transmit_type;
  wire.rx_filter = config.receive_filter;
  if (!InterfaceRequests(name, calls).ioctl_with_data(SIOCSHWTSTAMP, wire)) return errno;
  config = {wire.tx_type, wire.rx_filter};
  return 0;
}

}  // namespace ptpswitch::io
