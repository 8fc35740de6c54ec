#include "addon/test/encapsulations.h"

namespace ptpswitch::test {
namespace {

struct Variant {
  std::string name;
  std::function<void(PacketBuilder&)> apply;
};

std::vector<Encapsulation> make() {
  const Variant carriers[] = {
      {"L2", [](PacketBuilder& b) { b.over(Transport::kL2); }},
      {"L2, bytes after the message",
       [](PacketBuilder& b) {
         b.tlv(0x2004, {1, 2, 3, 4}).trailing({0xDE, 0xAD, 0xBE}).pad_to(120);
       }},
      {"UDPv4", [](PacketBuilder& b) { b.over(Transport::kUdp4); }},
      {"UDPv4 without checksum",
       [](PacketBuilder& b) { b.over(Transport::kUdp4).udp_checksum(UdpChecksum::kZero); }},
      {"UDPv4 with IP options and padding",
       [](PacketBuilder& b) {
         b.over(Transport::kUdp4).ip_options({0x94, 4, 0, 0, 1, 1, 1, 0}).padding({0xAA, 0xBB});
       }},
      {"UDPv6", [](PacketBuilder& b) { b.over(Transport::kUdp6); }},
      // Annex D: two bytes to spare after the message.
      {"UDPv6 with TLV and spare bytes",
       [](PacketBuilder& b) {
         b.over(Transport::kUdp6).tlv(0x0003, {9, 8, 7, 6, 5, 4}).trailing({0x12, 0x34});
       }},
      {"UDPv6 with extension headers and an odd length",
       [](PacketBuilder& b) {
         b.over(Transport::kUdp6).extension_header(0).extension_header(60, 24).trailing({0x77});
       }},
  };
  const Variant taggings[] = {
      {"untagged", [](PacketBuilder&) {}},
      {"802.1Q", [](PacketBuilder& b) { b.tag(17, 6); }},
      {"QinQ", [](PacketBuilder& b) { b.tag(4094, 3, 0x88A8).tag(17, 7); }},
  };
  std::vector<Encapsulation> all;
  for (const Variant& carrier : carriers) {
    for (const Variant& tagging : taggings) {
      for (const bool unicast : {false, true}) {
        all.push_back({carrier.name + ", " + tagging.name + (unicast ? ", unicast" : ", multicast"),
                       unicast, [=](PacketBuilder& builder) {
                         carrier.apply(builder);
                         tagging.apply(builder);
                       }});
      }
    }
  }
  return all;
}

}  // namespace

const std::vector<Encapsulation>& encapsulations() {
  static const std::vector<Encapsulation> all = make();
  return all;
}

}  // namespace ptpswitch::test
