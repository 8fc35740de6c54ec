// Writes PTP frames for the tests, field by field, with its own checksum code so that it can judge
// the code under test. What is not said has an unusual but legal value (TTL, DSCP, priorities), so
// that a frame that was touched shows it.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "addon/wire/frame_view.h"
#include "addon/wire/message.h"

namespace ptpswitch::test {

using Bytes = std::vector<uint8_t>;
using wire::MessageType;
using wire::Transport;

struct PortIdentity {
  uint64_t clock_identity;
  uint16_t port_number = 1;
};

// A clock on the network: one number makes all its addresses.
struct Host {
  uint8_t number;

  Bytes mac() const { return {0x02, 0, 0, 0, 0, number}; }
  Bytes ipv4() const { return {10, 0, 0, number}; }
  Bytes ipv6() const { return {0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number}; }
  PortIdentity identity() const { return {0x0200'00FF'FE00'0000u | number, 1}; }
};

enum class UdpChecksum {
  kCorrect,
  kZero,     // IPv4: none sent
  kPending,  // the sum over the pseudo header, as a sender leaves it for its hardware to finish
  kWrong,
};

class PacketBuilder {
 public:
  explicit PacketBuilder(MessageType type) : type_(static_cast<uint8_t>(type)) {}

  // Addresses. Without to() it goes to the multicast address of its type.
  PacketBuilder& from(Host host);
  PacketBuilder& to(Host host);
  PacketBuilder& source_mac(Bytes mac) { return set(source_mac_, std::move(mac)); }
  PacketBuilder& destination_mac(Bytes mac) { return set(destination_mac_, std::move(mac)); }

  // What carries it.
  PacketBuilder& over(Transport transport) { return set(transport_, transport); }
  PacketBuilder& ether_type(uint16_t type) { return set(ether_type_, type); }
  // Outer tag first.
  PacketBuilder& tag(uint16_t vlan_id, uint8_t priority = 5, uint16_t tpid = 0x8100);
  PacketBuilder& ip_version(uint8_t version) { return set(ip_version_, version); }
  PacketBuilder& ip_options(Bytes options) { return set(ip_options_, std::move(options)); }
  PacketBuilder& ip_header_words(uint8_t words) { return set(ip_header_words_, words); }
  // Total length of IPv4, payload length of IPv6.
  PacketBuilder& ip_length(uint16_t length) { return set(ip_length_, length); }
  PacketBuilder& ip_protocol(uint8_t protocol) { return set(ip_protocol_, protocol); }
  PacketBuilder& fragment(uint16_t offset, bool more);
  PacketBuilder& wrong_ip_checksum() { return set(wrong_ip_checksum_, true); }
  // IPv6 extension header of `length` bytes (a multiple of 8). 44 is the fragment header.
  PacketBuilder& extension_header(uint8_t kind, uint16_t length = 8);
  PacketBuilder& udp_ports(uint16_t source, uint16_t destination);
  PacketBuilder& udp_length(uint16_t length) { return set(udp_length_, length); }
  PacketBuilder& udp_checksum(UdpChecksum checksum) { return set(udp_checksum_, checksum); }

  // The PTP header.
  PacketBuilder& raw_type(uint8_t type) { return set(type_, type); }
  PacketBuilder& version(uint8_t version) { return set(version_, version); }
  PacketBuilder& minor_version(uint8_t version) { return set(minor_version_, version); }
  PacketBuilder& message_length(uint16_t length) { return set(message_length_, length); }
  PacketBuilder& domain(uint8_t number) { return set(domain_, number); }
  PacketBuilder& sdo_id(uint16_t id) { return set(sdo_id_, id); }
  PacketBuilder& flags(uint16_t flags) { return set(flags_, flags); }
  PacketBuilder& two_step(bool two_step);
  PacketBuilder& correction(int64_t scaled_ns) { return set(correction_, scaled_ns); }
  PacketBuilder& type_specific(uint32_t value) { return set(type_specific_, value); }
  PacketBuilder& source(PortIdentity identity) { return set(source_, identity); }
  PacketBuilder& sequence(uint16_t id) { return set(sequence_, id); }
  PacketBuilder& log_interval(int8_t interval) { return set(log_interval_, interval); }

  // The body and what follows it.
  PacketBuilder& timestamp(uint64_t seconds, uint32_t nanoseconds);
  PacketBuilder& requesting(PortIdentity identity) { return set(requesting_, identity); }
  PacketBuilder& tlv(uint16_t type, const Bytes& value);
  PacketBuilder& without_tlvs() { return set(tlvs_, Bytes{}); }
  // Bytes after messageLength, in the same datagram.
  PacketBuilder& trailing(Bytes bytes) { return set(trailing_, std::move(bytes)); }
  // Bytes after the datagram: Ethernet padding.
  PacketBuilder& padding(Bytes bytes) { return set(padding_, std::move(bytes)); }
  PacketBuilder& pad_to(uint16_t frame_length) { return set(pad_to_, frame_length); }
  // Replaces the PTP message with these bytes.
  PacketBuilder& raw_message(Bytes message) { return set(raw_message_, std::move(message)); }

  // The same frame sent later: a copy to change.
  PacketBuilder copy() const { return *this; }

  Bytes build() const;
  Bytes build_message() const;

 private:
  template <typename Field, typename Value>
  PacketBuilder& set(Field& field, Value&& value) {
    field = std::forward<Value>(value);
    return *this;
  }
  bool is_peer_delay() const { return type_ == 0x2 || type_ == 0x3 || type_ == 0xA; }
  Bytes build_udp(const Bytes& source_ip, const Bytes& destination_ip) const;
  Bytes build_ipv4() const;
  Bytes build_ipv6() const;

  uint8_t type_;
  Host from_{1};
  std::optional<Host> to_;
  std::optional<Bytes> source_mac_;
  std::optional<Bytes> destination_mac_;
  Transport transport_ = Transport::kL2;
  std::optional<uint16_t> ether_type_;
  Bytes tags_;
  std::optional<uint8_t> ip_version_;
  Bytes ip_options_;
  std::optional<uint8_t> ip_header_words_;
  std::optional<uint16_t> ip_length_;
  uint8_t ip_protocol_ = 17;
  uint16_t fragment_ = 0x4000;  // don't fragment
  bool wrong_ip_checksum_ = false;
  std::vector<std::pair<uint8_t, uint16_t>> extension_headers_;
  uint16_t fragment6_ = 0;
  std::optional<std::pair<uint16_t, uint16_t>> udp_ports_;
  std::optional<uint16_t> udp_length_;
  UdpChecksum udp_checksum_ = UdpChecksum::kCorrect;

  uint8_t version_ = 2;
  uint8_t minor_version_ = 1;
  std::optional<uint16_t> message_length_;
  uint8_t domain_ = 0;
  uint16_t sdo_id_ = 0;
  std::optional<uint16_t> flags_;
  int64_t correction_ = 0;
  uint32_t type_specific_ = 0xA5A5'0102;
  std::optional<PortIdentity> source_;
  uint16_t sequence_ = 0x0102;
  int8_t log_interval_ = -3;
  uint64_t seconds_ = 0x0000'6543'2100;
  uint32_t nanoseconds_ = 123'456'789;
  PortIdentity requesting_{0x0200'00FF'FE00'0002, 1};
  Bytes tlvs_;
  Bytes trailing_;
  Bytes padding_;
  uint16_t pad_to_ = 0;
  std::optional<Bytes> raw_message_;
};

// The types that the standard defines.
inline constexpr MessageType kAllTypes[] = {MessageType::kSync,
                                            MessageType::kDelayReq,
                                            MessageType::kPdelayReq,
                                            MessageType::kPdelayResp,
                                            MessageType::kFollowUp,
                                            MessageType::kDelayResp,
                                            MessageType::kPdelayRespFollowUp,
                                            MessageType::kAnnounce,
                                            MessageType::kSignaling,
                                            MessageType::kManagement};

// A frame in a heap block of exactly its size, so that AddressSanitizer sees every read beyond it.
class ExactFrame {
 public:
  explicit ExactFrame(const Bytes& bytes) : data_(new uint8_t[bytes.size()]), size_(bytes.size()) {
    for (size_t i = 0; i < size_; ++i) data_[i] = bytes[i];
  }
  ExactFrame(const ExactFrame&) = delete;
  ExactFrame& operator=(const ExactFrame&) = delete;
  ~ExactFrame() { delete[] data_; }

  uint8_t* data() { return data_; }
  uint16_t length() const { return static_cast<uint16_t>(size_); }
  Bytes bytes() const { return {data_, data_ + size_}; }

  wire::ParseResult parse(wire::FrameView& view, bool checksum_pending = false) {
    return wire::parse_frame(data_, length(), checksum_pending, view);
  }

 private:
  uint8_t* data_;
  size_t size_;
};

}  // namespace ptpswitch::test

namespace doctest {

template <>
struct StringMaker<ptpswitch::test::Bytes> {
  static String convert(const ptpswitch::test::Bytes& bytes);
};
template <>
struct StringMaker<std::vector<ptpswitch::test::Bytes>> {
  static String convert(const std::vector<ptpswitch::test::Bytes>& frames);
};

}  // namespace doctest
