// What drivers answer, and what becomes of it: the answers of igb were taken down from an 82576,
// those of ice (E810), igc (i225) and an L4-only NIC are modelled on their drivers.
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/ptp_clock.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/timex.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "addon/io/hardware_clock.h"
#include "addon/io/hardware_timestamping.h"
#include "addon/io/interface_probe.h"
#include "addon/io/timestamp_limits.h"
#include "addon/test/packet_builder.h"

using namespace ptpswitch;
using dataplane::CrossTimestamp;

namespace {

constexpr uint32_t kAllStamps = SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE |
                                SOF_TIMESTAMPING_RAW_HARDWARE | SOF_TIMESTAMPING_TX_SOFTWARE |
                                SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;

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
  uint32_t receive_usecs = 0;
  int eee_errno = EOPNOTSUPP;
};

const Nic kIgb{
    .driver = "igb",
    .receive_filters = filters({HWTSTAMP_FILTER_NONE, HWTSTAMP_FILTER_PTP_V1_L4_SYNC,
                                HWTSTAMP_FILTER_PTP_V1_L4_DELAY_REQ, HWTSTAMP_FILTER_PTP_V2_EVENT}),
    .phc_index = 1,
    .widen =
        [](int filter) {
          return filter == HWTSTAMP_FILTER_ALL ? -1 : filter;  // 82576
        },
    .receive_usecs = 3};
const Nic kIce{.driver = "ice",
               .receive_filters = filters({HWTSTAMP_FILTER_NONE, HWTSTAMP_FILTER_ALL}),
               .widen = [](int) -> int { return HWTSTAMP_FILTER_ALL; },
               .receive_usecs = 50};
const Nic kIgc{.driver = "igc",
               .receive_filters = filters({HWTSTAMP_FILTER_NONE, HWTSTAMP_FILTER_ALL}),
               .widen = [](int) -> int { return HWTSTAMP_FILTER_ALL; },
               .precise = true,
               .eee_errno = 0};
const Nic kL4Only{
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
  std::vector<int64_t> windows_ns = {2'000, 400, 900};
  int clock_errno = 0;

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
    return clock_errno;
  }

  int extended(void* argument) {
    auto& offset = *static_cast<ptp_sys_offset_extended*>(argument);
    for (uint32_t i = 0; i < offset.n_samples; ++i) {
      const int64_t window_ns = windows_ns[i % windows_ns.size()];
      offset.ts[i][0] = at(now_ns_);
      offset.ts[i][1] = at(now_ns_ + window_ns / 2 + kOffsetNs);
      offset.ts[i][2] = at(now_ns_ += window_ns);
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

// The mode that the switch sets on a NIC, where it can.
std::optional<int> receive_filter_set_on(FakeDriver& driver) {
  const auto enabled =
      io::HardwareTimestamping::enable(io::probe_interface("eth1", driver), {}, driver);
  if (std::holds_alternative<io::Error>(enabled)) return std::nullopt;
  CHECK(driver.mode.tx_type == HWTSTAMP_TX_ON);
  return driver.mode.rx_filter;
}

io::HardwareClock clock_of(FakeDriver& driver) {
  // Any descriptor will do: the driver behind it answers here.
  return io::HardwareClock(io::FileDescriptor(::dup(STDIN_FILENO)), 0, driver);
}

}  // namespace

TEST_CASE("igb: probed as it describes itself") {
  FakeDriver driver(kIgb);
  const io::InterfaceProbe probe = io::probe_interface("eth1", driver);
  CHECK(probe.exists);
  CHECK(probe.running);
  CHECK(probe.ethernet);
  CHECK(probe.mac == "52:54:00:00:00:02");
  CHECK(probe.speed_mbps == 1000);
  CHECK(probe.phc_index == 1);
  CHECK(io::receive_filter_names(probe.receive_filters) ==
        std::vector<std::string>{"none", "ptpv1-l4-sync", "ptpv1-l4-delay-req", "ptpv2-event"});
  CHECK(probe.hardware_obstacle() == "");
  CHECK(probe.coalescing->receive_usecs == 3);
  CHECK_FALSE(probe.energy_efficiency);
  CHECK(io::outstanding_timestamps(probe.driver) == 1);
}

TEST_CASE("a driver that knows Energy-Efficient Ethernet is asked") {
  FakeDriver driver(kIgc);
  const io::InterfaceProbe probe = io::probe_interface("eth1", driver);
  REQUIRE(probe.energy_efficiency);
  CHECK(probe.energy_efficiency->enabled);
  CHECK_FALSE(probe.energy_efficiency->active);
}

TEST_CASE("the narrowest filter that stamps every transport is set, a wider one accepted") {
  FakeDriver igb(kIgb);
  CHECK(receive_filter_set_on(igb) == HWTSTAMP_FILTER_PTP_V2_EVENT);
  FakeDriver ice(kIce);
  CHECK(receive_filter_set_on(ice) == HWTSTAMP_FILTER_ALL);
  FakeDriver igc(kIgc);
  CHECK(receive_filter_set_on(igc) == HWTSTAMP_FILTER_ALL);
}

TEST_CASE("where there is a netlink form, it is told that way, once, and asked what became of it") {
  FakeDriver driver(kIce);
  driver.netlink = true;
  io::HardwareTimestampConfig config{HWTSTAMP_TX_ON, HWTSTAMP_FILTER_PTP_V2_EVENT};
  CHECK(io::set_hardware_timestamping("eth1", config, driver) == 0);
  CHECK(driver.told_by_netlink == 1);
  CHECK(driver.told_by_ioctl == 0);
  CHECK(config.receive_filter == HWTSTAMP_FILTER_ALL);
  CHECK(driver.mode.tx_type == HWTSTAMP_TX_ON);
}

TEST_CASE("a driver that cannot be asked is told the old way as well, which answers") {
  FakeDriver driver(kIce);
  driver.netlink = true;
  driver.secretive = true;
  io::HardwareTimestampConfig config{HWTSTAMP_TX_ON, HWTSTAMP_FILTER_PTP_V2_EVENT};
  CHECK(io::set_hardware_timestamping("eth1", config, driver) == 0);
  CHECK(driver.told_by_ioctl == 1);
  CHECK(config.receive_filter == HWTSTAMP_FILTER_ALL);
}

TEST_CASE("hardware that stamps some transports only is an obstacle with its name") {
  FakeDriver driver(kL4Only);
  CHECK(io::probe_interface("eth1", driver).hardware_obstacle() ==
        "its hardware stamps the event messages of some transports only (none, ptpv2-l4-event)");
  CHECK_FALSE(receive_filter_set_on(driver));
  CHECK(driver.mode.tx_type == HWTSTAMP_TX_OFF);
}

TEST_CASE("a NIC whose clock cannot be read is an obstacle") {
  Nic nic = kIgb;
  nic.phc_index = -1;
  FakeDriver driver(nic);
  CHECK(io::probe_interface("eth1", driver).hardware_obstacle() ==
        "its hardware clock cannot be read");
}

TEST_CASE("the former mode is restored, another program's change is noticed") {
  FakeDriver driver(kIgb);
  driver.mode.tx_type = HWTSTAMP_TX_ON;
  {
    auto enabled =
        io::HardwareTimestamping::enable(io::probe_interface("eth1", driver), {}, driver);
    auto& timestamping = *std::get<std::unique_ptr<io::HardwareTimestamping>>(enabled);
    CHECK_FALSE(timestamping.changed_by_others());
    driver.mode.rx_filter = HWTSTAMP_FILTER_NONE;
    CHECK(timestamping.changed_by_others());
    timestamping.set_again();
    CHECK_FALSE(timestamping.changed_by_others());
    CHECK(driver.mode.rx_filter == HWTSTAMP_FILTER_PTP_V2_EVENT);
  }
  CHECK(driver.mode.tx_type == HWTSTAMP_TX_ON);
  CHECK(driver.mode.rx_filter == HWTSTAMP_FILTER_NONE);
}

TEST_CASE("a mode that may not be set is an error that names interface and remedy") {
  for (const auto& [error, code, remedy] :
       {std::tuple{EPERM, io::kErrPermission, "CAP_NET_ADMIN"},
        std::tuple{EBUSY, io::kErrTimestamping, "timestamping: software"}}) {
    FakeDriver driver(kIgb);
    const io::InterfaceProbe probe = io::probe_interface("eth1", driver);
    driver.refusal = error;
    const auto enabled = io::HardwareTimestamping::enable(probe, {}, driver);
    const auto* refused = std::get_if<io::Error>(&enabled);
    REQUIRE(refused != nullptr);
    CHECK(std::string(refused->code) == std::string(code));
    CHECK(refused->message.starts_with("eth1: "));
    CHECK(refused->message.find(remedy) != std::string::npos);
  }
}

TEST_CASE("what a switch that was killed has left is not what is restored") {
  const io::HardwareTimestampConfig remembered{HWTSTAMP_TX_OFF, HWTSTAMP_FILTER_NONE};
  FakeDriver driver(kIgb);
  const auto run_once = [&] {
    const auto enabled =
        io::HardwareTimestamping::enable(io::probe_interface("eth1", driver), remembered, driver);
    CHECK(driver.mode.rx_filter == HWTSTAMP_FILTER_PTP_V2_EVENT);
  };

  driver.mode.tx_type = HWTSTAMP_TX_ON;
  driver.mode.rx_filter = HWTSTAMP_FILTER_PTP_V2_EVENT;
  run_once();
  CHECK(driver.mode.tx_type == HWTSTAMP_TX_OFF);
  CHECK(driver.mode.rx_filter == HWTSTAMP_FILTER_NONE);

  // Somebody has changed it since.
  driver.mode.tx_type = HWTSTAMP_TX_ON;
  driver.mode.rx_filter = HWTSTAMP_FILTER_NONE;
  run_once();
  CHECK(driver.mode.tx_type == HWTSTAMP_TX_ON);
  CHECK(driver.mode.rx_filter == HWTSTAMP_FILTER_NONE);
}

TEST_CASE("a clock is read by the best means: the shortest of several windows, in its middle") {
  for (const bool extended : {true, false}) {
    Nic nic = kIgb;
    nic.extended = extended;
    FakeDriver driver(nic);
    io::HardwareClock clock = clock_of(driver);
    for (int i = 0; i < 3; ++i) {
      const auto reading = clock.read(8);
      REQUIRE(reading);
      CHECK(reading->window_ns == 400);
      CHECK(reading->clock_ns - reading->reference_ns == FakeDriver::kOffsetNs);
    }
  }
}

TEST_CASE("where both clocks are latched at once there is no window") {
  FakeDriver driver(kIgc);
  io::HardwareClock clock = clock_of(driver);
  const auto reading = clock.read(8);
  REQUIRE(reading);
  CHECK(reading->window_ns == 0);
  CHECK(reading->clock_ns - reading->reference_ns == FakeDriver::kOffsetNs);
}

TEST_CASE("a clock that fails for once gives no reading, and is read the same way again") {
  for (const auto& [nic, window_ns] : {std::pair{kIgb, 400}, std::pair{kIgc, 0}}) {
    FakeDriver driver(nic);
    io::HardwareClock clock = clock_of(driver);
    REQUIRE(clock.read(8));
    driver.clock_errno = ETIMEDOUT;
    CHECK_FALSE(clock.read(8));
    driver.clock_errno = 0;
    CHECK(clock.read(8)->window_ns == window_ns);
  }
}

TEST_CASE("a clock is slewed on top of its present rate, and set either way") {
  FakeDriver driver(kIgb);
  io::HardwareClock clock = clock_of(driver);
  driver.frequency = 30 * 65536;  // somebody has had it 30 ppm faster
  CHECK_FALSE(clock.adjust({.step_ns = 0, .rate_change = -10e-6}));
  CHECK(driver.frequency == 20 * 65536);
  CHECK(driver.set_forward_ns == 0);
  CHECK_FALSE(clock.adjust({.step_ns = -1'250'000'000, .rate_change = 0.5e-6}));
  CHECK(driver.frequency == 20 * 65536 + 32768);
  CHECK(driver.set_forward_ns == -1'250'000'000);
  CHECK((driver.adjusted_clock & 7) == 3);  // told by its file descriptor
}

TEST_CASE("a clock that cannot be adjusted is told with the reason and the remedy") {
  FakeDriver driver(kIgb);
  io::HardwareClock clock = clock_of(driver);
  const auto told = [&](int error) {
    driver.refusal = error;
    return clock.adjust({.step_ns = 1, .rate_change = 0}).value().message;
  };
  CHECK(told(EPERM) ==
        "/dev/ptp0: the clock cannot be adjusted: Operation not permitted (errno 1); run as root, "
        "or grant CAP_SYS_TIME and write access, or use clock: virtual");
  CHECK(told(EOPNOTSUPP).ends_with("; use clock: virtual"));
  CHECK(told(ERANGE).ends_with(
      "; its oscillator is further off than it can be slewed by; use clock: virtual"));
}
