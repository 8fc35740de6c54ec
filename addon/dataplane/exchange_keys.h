// Which event message a PTP message is, or belongs to: the matching rules of a transparent clock as
// keys (10.2, 11.5).
//   Sync <-> Follow_Up                      domain, sdoId, sourcePortIdentity, sequenceId
//   Delay_Req <-> Delay_Resp                domain, sdoId, requester, sequenceId
//   Pdelay_Req <-> Pdelay_Resp (_Follow_Up) domain, sdoId, requester, sequenceId
//   Pdelay_Resp <-> Pdelay_Resp_Follow_Up   domain, sdoId, requester, responder, sequenceId
// Each key also holds the transport and the VLANs. A unicast sender counts the sequenceIds for
// every receiver separately, so the key of a Sync or Pdelay_Resp also holds the address it goes to.
// A request does not have that in its key, for whoever answers it may do so from another address:
// its exchange has it beside the key, as its far end.
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

// The key of the request that a Delay_Resp, Pdelay_Resp or Pdelay_Resp_Follow_Up answers.
ExchangeKey key_of_request(const wire::FrameView& response);

// The far end of a unicast request; kMulticast for everything else.
uint64_t far_end_of_event(const wire::FrameView& event);
// The far end of the request that is answered, if the answer comes from where that was sent to.
uint64_t far_end_of_response(const wire::FrameView& response);

}  // namespace ptpswitch::dataplane
