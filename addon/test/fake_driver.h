// A NIC that answers as its driver does, and does what it is told: the answers of igb were taken
// down from an 82576, those of ice (E810), igc (i225) and an L4-only NIC are modelled on their
// drivers.
#pragma once

#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/ptp_clock.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/timex.h>

#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "addon/io/driver_calls.h"
#include "addon/test/packet_builder.h"

namespace ptpswitch::test {

inline constexpr uint32_t kAllStamps =
    SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE |
    SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;

constexpr uint32_t filters(std::initializer_list<int> list) {
  uint32_t bits = 0;
  for (const int filter : list) bits |= 1u << filter;
  return bits;
}

// A NIC as its driver describes it; a step of SIOCSHWTSTAMP leads to the mode that it makes of it.
struct Nic {
  std::string driver;
  uint32_t receive_filters;
  int phc_index = 0;
  // What becomes of a filter that is asked for; -1: ERANGE.
  int (*widen)(int filter) = [](int filter) { return filter; };
  bool precise = false;
  bool extended = true;
  bool monotonic_raw = false;  // and the kernel can be asked for it
  uint32_t receive_usecs = 0;
  int eee_errno = EOPNOTSUPP;
};

inline const Nic kIgb{
    .driver = "igb",
    .receive_filters = filters({HWTSTAMP_FILTER_NONE, HWTSTAMP_FILTER_PTP_V1_L4_SYNC,
                                HWTSTAMP_FILTER_PTP_V1_L4_DELAY_REQ, HWTSTAMP_FILTER_PTP_V2_EVENT}),
    .phc_index = 1,
    .widen =
        [](int filter) {
          return filter == HWTSTAMP_FILTER_ALL ? -1 : filter;  // 82576
        },
    .receive_usecs = 3};
inline const Nic kIce{.driver = "ice",
                      .receive_filters = filters({HWTSTAMP_FILTER_NONE, HWTSTAMP_FILTER_ALL}),
                      .widen = [](int) -> int { return HWTSTAMP_FILTER_ALL; },
                      .receive_usecs = 50};
inline const Nic kIgc{.driver = "igc",
                      .receive_filters = filters({HWTSTAMP_FILTER_NONE, HWTSTAMP_FILTER_ALL}),
                      .widen = [](int) -> int { return HWTSTAMP_FILTER_ALL; },
                      .precise = true,
                      .eee_errno = 0};
inline const Nic kL4Only{
    .driver = "l4only",
    .receive_filters = filters({HWTSTAMP_FILTER_NONE, HWTSTAMP_FILTER_PTP_V2_L4_EVENT})};

class FakeDriver final : public io::DriverCalls {
 public:
  explicit FakeDriver(Nic nic) : nic_(std::move(nic)) {}

  int ioctl(int, unsigned long request, void* argument) override {
    const int error = answer(request, argument);
    errno = error;
    return error == 0 ? 0 : -1;
  }

  int set_timestamping_by_netlink(const std::string&, int transmit_type,
                                  int receive_filter) override {
    if (!netlink) return EOPNOTSUPP;
    hwtstamp_config wanted{.flags = 0, .tx_type = transmit_type, .rx_filter = receive_filter};
    ++told_by_netlink;
    return set_mode(wanted);
  }

  // Of the clock: its frequency, ppm * 2^16, and all that it was set forward by.
  int adjust_clock(clockid_t clock, timex* request) override {
    adjusted_clock = clock;
    if (refusal != 0) {
      errno = refusal;
      return -1;
    }
    if (request->modes == ADJ_FREQUENCY) frequency = request->freq;
    if (request->modes == (ADJ_SETOFFSET | ADJ_NANO)) {
      CHECK(request->time.tv_usec >= 0);
      CHECK(request->time.tv_usec < 1'000'000'000);
      set_forward_ns += request->time.tv_sec * 1'000'000'000 + request->time.tv_usec;
    }
    request->freq = frequency;
    return 0;
  }
  clockid_t adjusted_clock = 0;
  long frequency = 0;
  int64_t set_forward_ns = 0;

  // A kernel and a driver that have the netlink form.
  bool netlink = false;
  int told_by_netlink = 0;
  int told_by_ioctl = 0;
  // The driver does not tell its mode.
  bool secretive = false;
  hwtstamp_config mode{.flags = 0, .tx_type = HWTSTAMP_TX_OFF, .rx_filter = HWTSTAMP_FILTER_NONE};
  // The driver lets nobody set the mode, nor adjust the clock.
  int refusal = 0;
  // Readings of the clock, one after the other: how long each takes. The hardware clock is
  // `kOffsetNs` ahead and read in the middle.
  static constexpr int64_t kOffsetNs = 7'000'000'000;
  static constexpr int64_t kRealtimeAheadNs = 1'699'999'000'000'000'000;  // of CLOCK_MONOTONIC_RAW
  std::vector<int64_t> windows_ns = {2'000, 400, 900};
  int clock_errno = 0;
  int precise_errno = 0;  // of precise readings alone

 private:
  int answer(unsigned long request, void* argument) {
    switch (request) {
      case PTP_SYS_OFFSET_PRECISE:
        return nic_.precise ? precise(argument) : EOPNOTSUPP;
      case PTP_SYS_OFFSET_EXTENDED:
        return nic_.extended ? extended(argument) : ENOTTY;
      case PTP_SYS_OFFSET:
        return plain(argument);
      default:
        return answer_interface(request, *static_cast<ifreq*>(argument));
    }
  }

  int answer_interface(unsigned long request, ifreq& interface) {
    switch (request) {
      case SIOCGIFINDEX:
        interface.ifr_ifindex = 3;
        return 0;
      case SIOCGIFFLAGS:
        interface.ifr_flags = IFF_UP | IFF_RUNNING;
        return 0;
      case SIOCGIFHWADDR:
        interface.ifr_hwaddr.sa_family = ARPHRD_ETHER;
        std::memcpy(interface.ifr_hwaddr.sa_data, "\x52\x54\x00\x00\x00\x02", 6);
        return 0;
      case SIOCGHWTSTAMP:
        if (secretive) return EOPNOTSUPP;
        std::memcpy(interface.ifr_data, &mode, sizeof mode);
        return 0;
      case SIOCSHWTSTAMP:
        ++told_by_ioctl;
        return set_mode(*reinterpret_cast<hwtstamp_config*>(interface.ifr_data));
      case SIOCETHTOOL:
        return ethtool(interface.ifr_data);
      default:
        return EOPNOTSUPP;
    }
  }

  int set_mode(hwtstamp_config& wanted) {
    if (refusal != 0) return refusal;
    const int filter = wanted.rx_filter == HWTSTAMP_FILTER_NONE ? HWTSTAMP_FILTER_NONE
                                                                : nic_.widen(wanted.rx_filter);
    if (filter < 0) return ERANGE;
    wanted.rx_filter = filter;
    mode = wanted;
    return 0;
  }

  int ethtool(char* data) {
    uint32_t command;
    std::memcpy(&command, data, sizeof command);
    switch (command) {
      case ETHTOOL_GDRVINFO:
        std::strcpy(reinterpret_cast<ethtool_drvinfo*>(data)->driver, nic_.driver.c_str());
        return 0;
      case ETHTOOL_GSET:
        ethtool_cmd_speed_set(reinterpret_cast<ethtool_cmd*>(data), 1000);
        return 0;
      case ETHTOOL_GET_TS_INFO: {
        auto& info = *reinterpret_cast<ethtool_ts_info*>(data);
        info.so_timestamping = kAllStamps;
        info.phc_index = nic_.phc_index;
        info.tx_types = (1u << HWTSTAMP_TX_OFF) | (1u << HWTSTAMP_TX_ON);
        info.rx_filters = nic_.receive_filters;
        return 0;
      }
      case ETHTOOL_GCOALESCE:
        reinterpret_cast<ethtool_coalesce*>(data)->rx_coalesce_usecs = nic_.receive_usecs;
        return 0;
      case ETHTOOL_GEEE:
        reinterpret_cast<ethtool_eee*>(data)->eee_enabled = 1;
        return nic_.eee_errno;
      default:
        return EOPNOTSUPP;
    }
  }

  static ptp_clock_time at(int64_t ns) {
    return {.sec = ns / 1'000'000'000, .nsec = static_cast<uint32_t>(ns % 1'000'000'000)};
  }

  int precise(void* argument) {
    auto& offset = *static_cast<ptp_sys_offset_precise*>(argument);
    offset.device = at(now_ns_ + kOffsetNs);
    offset.sys_realtime = at(now_ns_);
    offset.sys_monoraw = at(now_ns_ - kRealtimeAheadNs);
    return precise_errno != 0 ? precise_errno : clock_errno;
  }

  int extended(void* argument) {
    auto& offset = *static_cast<ptp_sys_offset_extended*>(argument);
    int32_t clock;
    std::memcpy(&clock, static_cast<char*>(argument) + 4, sizeof clock);
    if (clock != 0 && !nic_.monotonic_raw) return EINVAL;
    const int64_t behind_ns = clock == CLOCK_MONOTONIC_RAW ? kRealtimeAheadNs : 0;
    for (uint32_t i = 0; i < offset.n_samples; ++i) {
      const int64_t window_ns = windows_ns[i % windows_ns.size()];
      offset.ts[i][0] = at(now_ns_ - behind_ns);
      offset.ts[i][1] = at(now_ns_ + window_ns / 2 + kOffsetNs);
      offset.ts[i][2] = at((now_ns_ += window_ns) - behind_ns);
    }
    return clock_errno;
  }

  int plain(void* argument) {
    auto& offset = *static_cast<ptp_sys_offset*>(argument);
    offset.ts[0] = at(now_ns_);
    for (uint32_t i = 0; i < offset.n_samples; ++i) {
      const int64_t window_ns = windows_ns[i % windows_ns.size()];
      offset.ts[2 * i + 1] = at(now_ns_ + window_ns / 2 + kOffsetNs);
      offset.ts[2 * i + 2] = at(now_ns_ += window_ns);
    }
    return clock_errno;
  }

  Nic nic_;
  int64_t now_ns_ = 1'700'000'000'000'000'000;
};

}  // namespace ptpswitch::test
