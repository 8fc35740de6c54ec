// Which kind of time stamps the ports have together.
#include "addon/io/timestamping_choice.h"

#include <linux/net_tstamp.h>

#include "addon/test/packet_builder.h"

using namespace ptpswitch;
using io::TimestampingRequest;

namespace {

io::InterfaceProbe without_hardware() {
  io::InterfaceProbe probe;
  probe.exists = true;
  return probe;
}

io::InterfaceProbe with_hardware() {
  io::InterfaceProbe probe = without_hardware();
  probe.phc_index = 0;
  probe.capabilities =
      SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
  probe.transmit_types = 1u << HWTSTAMP_TX_ON;
  probe.receive_filters = 1u << HWTSTAMP_FILTER_ALL;
  return probe;
}

}  // namespace

TEST_CASE("auto: hardware time stamps where two ports have them, or the only port") {
  const auto hardware = with_hardware();
  const auto software = without_hardware();
  const auto settled = [](const std::vector<io::InterfaceProbe>& ports) {
    return io::settle(TimestampingRequest::kAuto, ports);
  };
  CHECK(settled({hardware}) == TimestampingRequest::kMixed);
  CHECK(settled({hardware, hardware}) == TimestampingRequest::kMixed);
  CHECK(settled({hardware, software, hardware}) == TimestampingRequest::kMixed);
  CHECK(settled({software, software}) == TimestampingRequest::kMixed);
  CHECK(settled({hardware, software}) == TimestampingRequest::kSoftware);
  CHECK(settled({software, hardware, software}) == TimestampingRequest::kSoftware);
}

TEST_CASE("whoever insists gets what is asked for") {
  const std::vector<io::InterfaceProbe> ports = {with_hardware(), without_hardware()};
  for (const auto request : {TimestampingRequest::kHardware, TimestampingRequest::kSoftware,
                             TimestampingRequest::kMixed}) {
    CHECK(io::settle(request, ports) == request);
  }
}
