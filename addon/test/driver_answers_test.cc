// What drivers answer when they are asked what they can and told to stamp, and what becomes of it.
#include "addon/io/hardware_timestamping.h"
#include "addon/io/interface_probe.h"
#include "addon/io/timestamp_limits.h"
#include "addon/test/fake_driver.h"

using namespace ptpswitch;
using namespace ptpswitch::test;

namespace {

// The mode that the switch sets on a NIC, where it can.
std::optional<int> receive_filter_set_on(FakeDriver& driver) {
  const auto enabled =
      io::HardwareTimestamping::enable(io::probe_interface("eth1", driver), {}, driver);
  if (std::holds_alternative<io::Error>(enabled)) return std::nullopt;
  CHECK(driver.mode.tx_type == HWTSTAMP_TX_ON);
  return driver.mode.rx_filter;
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
