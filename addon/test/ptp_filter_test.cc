// The filter that the kernel runs on every frame of a port, run by the kernel: attached to a pair
// of local sockets, which needs no privilege.
#include "addon/io/ptp_filter.h"

#include <sys/socket.h>
#include <unistd.h>

#include <random>

#include "addon/test/e2e_network.h"

using namespace ptpswitch::test;
using ptpswitch::wire::FrameView;
using ptpswitch::wire::ParseVerdict;

namespace {

class KernelFilter {
 public:
  KernelFilter() {
    REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM, 0, ends_) == 0);
    auto instructions = ptpswitch::io::ptp_filter();
    const sock_fprog program{static_cast<unsigned short>(instructions.size()), instructions.data()};
    REQUIRE(::setsockopt(ends_[1], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0);
  }
  ~KernelFilter() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }

  bool passes(const Bytes& frame) {
    REQUIRE(::send(ends_[0], frame.data(), frame.size(), 0) == static_cast<ssize_t>(frame.size()));
    Bytes received(2'048);
    const ssize_t length = ::recv(ends_[1], received.data(), received.size(), MSG_DONTWAIT);
    if (length < 0) return false;
    received.resize(static_cast<size_t>(length));
    CHECK(received == frame);  // whole
    return true;
  }
  bool passes(const PacketBuilder& builder) { return passes(builder.build()); }

 private:
  int ends_[2];
};

PacketBuilder sync_over(Transport transport) {
  return PacketBuilder(MessageType::kSync).over(transport);
}

}  // namespace

TEST_CASE("the filter passes every PTP message over every encapsulation, whole") {
  KernelFilter filter;
  for (const Encapsulation& encapsulation : encapsulations()) {
    for (const MessageType type : kAllTypes) {
      CAPTURE(encapsulation.name);
      CHECK(filter.passes(encapsulation.message(type, kMaster, kSlave)));
    }
  }
}

TEST_CASE(
    "the filter passes IP options of every length and every extension header, which the parser "
    "steps over") {
  KernelFilter filter;
  for (size_t length = 0; length <= 40; length += 4) {
    CHECK(filter.passes(sync_over(Transport::kUdp4).ip_options(Bytes(length, 1))));
  }
  for (const uint8_t header : {0, 43, 60}) {
    CHECK(filter.passes(sync_over(Transport::kUdp6).extension_header(header)));
  }
}

TEST_CASE(
    "the filter steps over an IPv6 extension header of any length, and stops what is no PTP") {
  KernelFilter filter;
  for (const uint8_t header : {0, 43, 60}) {
    CAPTURE(static_cast<int>(header));
    for (const uint16_t length : {8, 16, 24, 256, 1'024}) {
      CAPTURE(length);
      const auto over = [&] {
        return sync_over(Transport::kUdp6).extension_header(header, length);
      };
      CHECK(filter.passes(over()));
      CHECK(filter.passes(over().udp_ports(40'000, 320)));
      CHECK_FALSE(filter.passes(over().udp_ports(319, 443)));
      // ICMPv6, which MLD is of, TCP, and the IPv6 packet inside an SRv6 one.
      for (const uint8_t next : {58, 6, 41}) CHECK_FALSE(filter.passes(over().ip_protocol(next)));
    }
    // Behind a second one it cannot look.
    CHECK(filter.passes(sync_over(Transport::kUdp6).extension_header(header).extension_header(60)));
  }
}

TEST_CASE("of IPv6 fragments the filter passes the first one of a PTP message alone") {
  KernelFilter filter;
  const auto fragment = [](uint16_t offset, bool more) {
    return sync_over(Transport::kUdp6).fragment(offset, more).extension_header(44);
  };
  CHECK(filter.passes(fragment(0, true)));
  CHECK(filter.passes(fragment(0, false)));
  CHECK_FALSE(filter.passes(fragment(0, true).udp_ports(2'049, 2'049)));
  CHECK_FALSE(filter.passes(fragment(0, true).ip_protocol(6)));
  for (const uint16_t offset : {1, 185, 4'096}) {
    CHECK_FALSE(filter.passes(fragment(offset, true)));
    CHECK_FALSE(filter.passes(fragment(offset, false)));
  }
}

TEST_CASE("the filter stops ordinary traffic, tagged or not") {
  KernelFilter filter;
  using Tagging = void (*)(PacketBuilder&);
  for (const Tagging tag :
       {Tagging([](PacketBuilder&) {}), Tagging([](PacketBuilder& b) { b.tag(5); }),
        Tagging([](PacketBuilder& b) { b.tag(5, 0, 0x88A8).tag(6); })}) {
    auto stops = [&](PacketBuilder builder) {
      tag(builder);
      return !filter.passes(builder);
    };
    CHECK(stops(sync_over(Transport::kL2).ether_type(0x0806)));
    CHECK(stops(sync_over(Transport::kL2).ether_type(0x88CC)));
    CHECK(stops(sync_over(Transport::kUdp4).ip_protocol(6)));
    CHECK(stops(sync_over(Transport::kUdp6).ip_protocol(6)));
    CHECK(stops(sync_over(Transport::kUdp6).ip_protocol(58)));
    for (const Transport transport : {Transport::kUdp4, Transport::kUdp6}) {
      for (const uint16_t port : {53, 318, 321, 319 * 256 % 65'536, 0}) {
        CHECK(stops(sync_over(transport).udp_ports(319, port)));
      }
    }
    CHECK(stops(sync_over(Transport::kUdp4).fragment(8, true)));
    CHECK(stops(sync_over(Transport::kUdp4).fragment(8, false)));
  }
}

TEST_CASE("the filter passes what only the parser can count: first fragments and a third tag") {
  KernelFilter filter;
  CHECK(filter.passes(sync_over(Transport::kUdp4).fragment(0, true)));
  CHECK(filter.passes(sync_over(Transport::kUdp6).fragment(0, true).extension_header(44)));
  CHECK(filter.passes(sync_over(Transport::kL2).tag(1).tag(2).tag(3)));
}

TEST_CASE(
    "the filter stops short frames, and passes every cut of a PTP frame that still shows what it "
    "is") {
  KernelFilter filter;
  const std::pair<Transport, size_t> rows[] = {
      {Transport::kL2, 14}, {Transport::kUdp4, 14 + 20 + 4}, {Transport::kUdp6, 14 + 40 + 4}};
  for (const auto& [transport, shown] : rows) {
    const Bytes whole = sync_over(transport).build();
    for (size_t length = 1; length <= whole.size(); ++length) {
      CAPTURE(length);
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      CHECK(filter.passes(cut) == (length >= shown));
    }
  }
}

TEST_CASE("the filter never stops what the parser would take for PTP") {
  KernelFilter filter;
  std::mt19937 random(319'320);
  uint32_t ptp = 0;
  for (int round = 0; round < 20'000; ++round) {
    const auto& encapsulation = encapsulations()[random() % encapsulations().size()];
    Bytes frame = encapsulation.message(kAllTypes[random() % 10], kMaster, kSlave)
                      .udp_checksum(UdpChecksum::kZero)
                      .build();
    // In the headers, where filter and parser might disagree.
    for (uint32_t changes = random() % 3; changes != 0; --changes) {
      frame[12 + random() % 60 % (frame.size() - 12)] = static_cast<uint8_t>(random());
    }
    ExactFrame exact(frame);
    FrameView view;
    const auto verdict = exact.parse(view, true).verdict;
    if (verdict != ParseVerdict::kPtp && verdict != ParseVerdict::kPtpV1) continue;
    ++ptp;
    REQUIRE(filter.passes(frame));
  }
  CHECK(ptp > 5'000);
}
