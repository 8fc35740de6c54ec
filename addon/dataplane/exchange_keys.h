// Which event message a PTP message is, or belongs to: the matching rules of a transparent clock as
// keys (10.2, 11.5).
//   Sync <-> Follow_Up                      domain, sdoId, sourcePortIdentity, sequenceId
//   Delay_Req <-> Delay_Resp                domain, sdoId, requester, sequenceId
//   Pdelay_Req <-> Pdelay_Resp (_Follow_Up) domain, sdoId, requester, sequenceId
//   Pdelay_Resp <-> Pdelay_Resp_Follow_Up   domain, sdoId, requester, responder, sequenceId
// Each key also holds the transport, the VLANs and, for a unicast message, the address of the far
// end, because a unicast sender counts the sequenceIds for every receiver separately.
#pragma once

#include "addon/dataplane/exchange_table.h"
#include "addon/wire/frame_view.h"

namespace ptpswitch::dataplane {

// True when the frame goes to one station: by the IP address over UDP, else by the MAC address.
bool is_unicast(const wire::FrameView& view);

// The key under which an event message is remembered.
ExchangeKey key_of_event(const wire::FrameView& event);

// The key of the Sync that a Follow_Up belongs to, or of the Pdelay_Resp of a
// Pdelay_Resp_Follow_Up.
ExchangeKey key_of_followed_event(const wire::FrameView& follow_up);

// How the request that a Delay_Resp, Pdelay_Resp or Pdelay_Resp_Follow_Up answers was sent.
enum class RequestDestination : uint8_t {
  kResponder,  // unicast to the address that answers
  kMulticast,
};
ExchangeKey key_of_request(const wire::FrameView& response, RequestDestination destination);

}  // namespace ptpswitch::dataplane
