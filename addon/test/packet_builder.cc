#include "addon/test/packet_builder.h"

#include <string>

namespace ptpswitch::test {
namespace {

void put(Bytes& out, uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<uint8_t>(value >> shift));
  }
}

void put(Bytes& out, const Bytes& bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

void put(Bytes& out, PortIdentity identity) {
  put(out, identity.clock_identity, 8);
  put(out, identity.port_number, 2);
}

// RFC 1071 in its plainest form: carry by carry.
uint16_t ones_complement_sum(const Bytes& bytes, uint16_t sum = 0) {
  uint32_t total = sum;
  for (size_t i = 0; i < bytes.size(); i += 2) {
    total += static_cast<uint32_t>(bytes[i]) * 256 + (i + 1 < bytes.size() ? bytes[i + 1] : 0);
    if (total > 0xFFFF) total -= 0xFFFF;
  }
  return static_cast<uint16_t>(total);
}

void set16(Bytes& bytes, size_t offset, uint16_t value) {
  bytes[offset] = static_cast<uint8_t>(value >> 8);
  bytes[offset + 1] = static_cast<uint8_t>(value);
}

}  // namespace

PacketBuilder& PacketBuilder::from(Host host) {
  from_ = host;
  return *this;
}

PacketBuilder& PacketBuilder::to(Host host) {
  to_ = host;
  return *this;
}

PacketBuilder& PacketBuilder::tag(uint16_t vlan_id, uint8_t priority, uint16_t tpid) {
  put(tags_, tpid, 2);
  put(tags_, static_cast<uint64_t>(priority << 13 | vlan_id), 2);
  return *this;
}

PacketBuilder& PacketBuilder::fragment(uint16_t offset, bool more) {
  fragment_ = static_cast<uint16_t>((more ? 0x2000 : 0) | offset);
  fragment6_ = static_cast<uint16_t>(offset << 3 | (more ? 1 : 0));
  return *this;
}

PacketBuilder& PacketBuilder::extension_header(uint8_t kind, uint16_t length) {
  extension_headers_.emplace_back(kind, length);
  return *this;
}

PacketBuilder& PacketBuilder::udp_ports(uint16_t source, uint16_t destination) {
  udp_ports_ = {source, destination};
  return *this;
}

PacketBuilder& PacketBuilder::two_step(bool two_step) {
  flags_ = static_cast<uint16_t>(two_step ? 0x0208 : 0x0008);  // and ptpTimescale
  return *this;
}

PacketBuilder& PacketBuilder::timestamp(uint64_t seconds, uint32_t nanoseconds) {
  seconds_ = seconds;
  nanoseconds_ = nanoseconds;
  return *this;
}

PacketBuilder& PacketBuilder::tlv(uint16_t type, const Bytes& value) {
  put(tlvs_, type, 2);
  put(tlvs_, value.size(), 2);
  put(tlvs_, value);
  return *this;
}

Bytes PacketBuilder::build_message() const {
  if (raw_message_) return *raw_message_;
  Bytes body;
  switch (type_) {
    case 0xC:
    case 0xD:
      put(body, requesting_);  // targetPortIdentity
      if (type_ == 0xD) put(body, 0x0101'0000, 4);
      break;
    default:
      put(body, seconds_, 6);
      put(body, nanoseconds_, 4);
      if (type_ == 0x2) put(body, Bytes(10));
      if (type_ == 0x3 || type_ == 0x9 || type_ == 0xA) put(body, requesting_);
      if (type_ == 0xB) {
        put(body, 37, 2);                               // currentUtcOffset
        put(body, 0, 1);                                // reserved
        put(body, 0x8006'FE4E'5D80, 6);                 // priorities around the clock's quality
        put(body, from_.identity().clock_identity, 8);  // grandmasterIdentity
        put(body, 0, 2);                                // stepsRemoved
        put(body, 0x20, 1);                             // timeSource
      }
  }
  put(body, tlvs_);

  constexpr uint8_t kControl[16] = {0, 1, 5, 5, 5, 5, 5, 5, 2, 3, 5, 5, 5, 4, 5, 5};
  constexpr uint16_t kPtpTimescale = 0x0008;
  const bool two_step = type_ == 0x0 || type_ == 0x3;
  const uint16_t flags = two_step ? kPtpTimescale | 0x0200 : kPtpTimescale;
  Bytes message;
  put(message, static_cast<uint64_t>((sdo_id_ >> 8) << 4 | type_), 1);
  put(message, static_cast<uint64_t>(minor_version_ << 4 | version_), 1);
  put(message, message_length_.value_or(static_cast<uint16_t>(34 + body.size())), 2);
  put(message, domain_, 1);
  put(message, sdo_id_ & 0xFF, 1);
  put(message, flags_.value_or(flags), 2);
  put(message, static_cast<uint64_t>(correction_), 8);
  put(message, type_specific_, 4);
  put(message, source_.value_or(from_.identity()));
  put(message, sequence_, 2);
  put(message, kControl[type_], 1);
  put(message, static_cast<uint8_t>(log_interval_), 1);
  put(message, body);
  return message;
}

Bytes PacketBuilder::build_udp(const Bytes& source_ip, const Bytes& destination_ip) const {
  const uint16_t port = type_ < 8 ? 319 : 320;
  const auto [source_port, destination_port] = udp_ports_.value_or(std::pair{port, port});
  Bytes payload = build_message();
  put(payload, trailing_);
  const uint16_t length = udp_length_.value_or(static_cast<uint16_t>(8 + payload.size()));

  Bytes pseudo = source_ip;
  put(pseudo, destination_ip);
  put(pseudo, 17, 2);
  put(pseudo, length, 2);

  Bytes udp;
  put(udp, source_port, 2);
  put(udp, destination_port, 2);
  put(udp, length, 2);
  put(udp, 0, 2);
  put(udp, payload);

  // A length that lies covers as much as there is.
  const Bytes covered(udp.begin(), udp.begin() + std::min<size_t>(length, udp.size()));
  const uint16_t pseudo_sum = ones_complement_sum(pseudo);
  const uint16_t full = static_cast<uint16_t>(~ones_complement_sum(covered, pseudo_sum));
  const uint16_t correct = full == 0 ? 0xFFFF : full;
  switch (udp_checksum_) {
    case UdpChecksum::kCorrect:
      set16(udp, 6, correct);
      break;
    case UdpChecksum::kZero:
      break;
    case UdpChecksum::kPending:
      set16(udp, 6, pseudo_sum);
      break;
    case UdpChecksum::kWrong:
      set16(udp, 6, correct == 1 ? 2 : static_cast<uint16_t>(correct - 1));
      break;
  }
  return udp;
}

Bytes PacketBuilder::build_ipv4() const {
  const Bytes source = from_.ipv4();
  const uint8_t group = is_peer_delay() ? 107 : 129;
  const Bytes destination =
      to_ ? to_->ipv4() : Bytes{224, 0, static_cast<uint8_t>(is_peer_delay() ? 0 : 1), group};
  const Bytes udp = build_udp(source, destination);
  const size_t header_length = 20 + ip_options_.size();

  Bytes ip;
  put(ip,
      static_cast<uint64_t>(ip_version_.value_or(4) << 4) |
          ip_header_words_.value_or(static_cast<uint8_t>(header_length / 4)),
      1);
  put(ip, 0xB9, 1);  // DSCP EF, ECN 1
  put(ip, ip_length_.value_or(static_cast<uint16_t>(header_length + udp.size())), 2);
  put(ip, 0x3C4D, 2);  // identification
  put(ip, fragment_, 2);
  put(ip, 23, 1);  // TTL
  put(ip, ip_protocol_, 1);
  put(ip, 0, 2);
  put(ip, source);
  put(ip, destination);
  put(ip, ip_options_);
  const uint16_t sum = ones_complement_sum(ip);
  set16(ip, 10, static_cast<uint16_t>(~sum ^ (wrong_ip_checksum_ ? 0x0100 : 0)));
  put(ip, udp);
  return ip;
}

Bytes PacketBuilder::build_ipv6() const {
  const Bytes source = from_.ipv6();
  Bytes destination{0xFF, 0x0E, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0x81};
  if (is_peer_delay()) destination = {0xFF, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x6B};
  if (to_) destination = to_->ipv6();

  Bytes payload;
  for (size_t i = 0; i < extension_headers_.size(); ++i) {
    const auto [kind, length] = extension_headers_[i];
    const bool last = i + 1 == extension_headers_.size();
    Bytes header{last ? ip_protocol_ : extension_headers_[i + 1].first,
                 static_cast<uint8_t>(length / 8 - 1)};
    if (kind == 44) {
      header[1] = 0;
      put(header, fragment6_, 2);
      put(header, 0x01020304, 4);
    } else {
      put(header, 0x0104, 2);  // PadN of six bytes
      header.resize(length, 0);
    }
    put(payload, header);
  }
  put(payload, build_udp(source, destination));

  Bytes ip;
  put(ip, static_cast<uint64_t>(ip_version_.value_or(6)) << 28 | 0x0B9'ABCDE, 4);
  put(ip, ip_length_.value_or(static_cast<uint16_t>(payload.size())), 2);
  put(ip, extension_headers_.empty() ? ip_protocol_ : extension_headers_[0].first, 1);
  put(ip, 29, 1);  // hop limit
  put(ip, source);
  put(ip, destination);
  put(ip, payload);
  return ip;
}

Bytes PacketBuilder::build() const {
  Bytes destination{0x01, 0x1B, 0x19, 0, 0, 0};
  if (is_peer_delay()) destination = {0x01, 0x80, 0xC2, 0, 0, 0x0E};
  if (transport_ == Transport::kUdp4) {
    destination =
        is_peer_delay() ? Bytes{0x01, 0, 0x5E, 0, 0, 0x6B} : Bytes{0x01, 0, 0x5E, 0, 1, 0x81};
  } else if (transport_ == Transport::kUdp6) {
    destination =
        is_peer_delay() ? Bytes{0x33, 0x33, 0, 0, 0, 0x6B} : Bytes{0x33, 0x33, 0, 0, 1, 0x81};
  }
  if (to_) destination = to_->mac();
  if (destination_mac_) destination = *destination_mac_;

  Bytes frame = destination;
  put(frame, source_mac_.value_or(from_.mac()));
  put(frame, tags_);
  switch (transport_) {
    case Transport::kL2:
      put(frame, ether_type_.value_or(0x88F7), 2);
      put(frame, build_message());
      put(frame, trailing_);
      break;
    case Transport::kUdp4:
      put(frame, ether_type_.value_or(0x0800), 2);
      put(frame, build_ipv4());
      break;
    case Transport::kUdp6:
      put(frame, ether_type_.value_or(0x86DD), 2);
      put(frame, build_ipv6());
      break;
  }
  put(frame, padding_);
  if (frame.size() < pad_to_) frame.resize(pad_to_, 0);
  return frame;
}

}  // namespace ptpswitch::test

namespace doctest {

using ptpswitch::test::Bytes;

String StringMaker<Bytes>::convert(const Bytes& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0xF];
  }
  return text.c_str();
}

String StringMaker<std::vector<Bytes>>::convert(const std::vector<Bytes>& frames) {
  std::string text = "[";
  for (const Bytes& frame : frames) {
    text += StringMaker<Bytes>::convert(frame).c_str();
    text += ' ';
  }
  return (text + "]").c_str();
}

}  // namespace doctest
