#include "addon/dataplane/exchange_keys.h"

#include "addon/dataplane/hash.h"

namespace ptpswitch::dataplane {
namespace {

using wire::FrameView;
using wire::MessageType;
using wire::NetworkAddress;
using wire::Transport;
using Kind = ExchangeKey::Kind;

// Transport and VLANs.
uint64_t network_of(const FrameView& view) {
  return static_cast<uint64_t>(view.vlan_id[0]) << 24 |
         static_cast<uint64_t>(view.vlan_id[1]) << 8 | static_cast<uint64_t>(view.transport);
}

uint64_t flow_to_destination(const FrameView& view) {
  if (!is_unicast(view)) return network_of(view);
  const NetworkAddress destination = view.destination_address();
  return mix_bytes(network_of(view), destination.octets, destination.length);
}

uint64_t far_end(NetworkAddress address) {
  const uint64_t hash = mix_bytes(0, address.octets, address.length);
  return hash == kMulticast ? hash + 1 : hash;
}

ExchangeKey key(const FrameView& view, Kind kind, const uint8_t* port_identity, uint64_t flow) {
  ExchangeKey key;
  key.kind = kind;
  key.clock_identity = wire::read64(port_identity);
  key.port_number = wire::read16(port_identity + 8);
  key.sequence_id = view.sequence_id();
  key.sdo_id = view.sdo_id();
  key.domain_number = view.domain_number();
  key.flow = flow;
  return key;
}

ExchangeKey key_of_pdelay_resp(const FrameView& view) {
  ExchangeKey result =
      key(view, Kind::kPdelayResp, view.requesting_port_identity(), flow_to_destination(view));
  result.responder = mix_bytes(0, view.source_port_identity(), 10);
  return result;
}

}  // namespace

bool is_unicast(const FrameView& view) {
  const uint8_t* destination = view.destination_address().octets;
  switch (view.transport) {
    case Transport::kUdp4:
      return destination[0] >> 4 != 0xE;  // 224.0.0.0/4
    case Transport::kUdp6:
      return destination[0] != 0xFF;  // ff00::/8
    case Transport::kL2:
      break;
  }
  return (destination[0] & 1) == 0;
}

ExchangeKey key_of_event(const FrameView& event) {
  switch (event.type) {
    case MessageType::kDelayReq:
      return key(event, Kind::kDelayReq, event.source_port_identity(), network_of(event));
    case MessageType::kPdelayReq:
      return key(event, Kind::kPdelayReq, event.source_port_identity(), network_of(event));
    case MessageType::kPdelayResp:
      return key_of_pdelay_resp(event);
    default:
      return key(event, Kind::kSync, event.source_port_identity(), flow_to_destination(event));
  }
}

ExchangeKey key_of_followed_event(const FrameView& follow_up) {
  if (follow_up.type == MessageType::kPdelayRespFollowUp) return key_of_pdelay_resp(follow_up);
  return key(follow_up, Kind::kSync, follow_up.source_port_identity(),
             flow_to_destination(follow_up));
}

ExchangeKey key_of_request(const FrameView& response) {
  const Kind kind = response.type == MessageType::kDelayResp ? Kind::kDelayReq : Kind::kPdelayReq;
  return key(response, kind, response.requesting_port_identity(), network_of(response));
}

uint64_t far_end_of_event(const FrameView& event) {
  const bool request =
      event.type == MessageType::kDelayReq || event.type == MessageType::kPdelayReq;
  return request && is_unicast(event) ? far_end(event.destination_address()) : kMulticast;
}

uint64_t far_end_of_response(const FrameView& response) {
  return far_end(response.source_address());
}

}  // namespace ptpswitch::dataplane
