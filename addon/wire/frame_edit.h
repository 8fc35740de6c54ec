// The edits that a transparent clock makes to a frame, each with the UDP checksum that follows from
// it: correctionField, twoStepFlag, and the follow-up messages that a two-step clock writes for a
// one-step sender.
#pragma once

#include <cstdint>

#include "addon/wire/frame_view.h"

namespace ptpswitch::wire {

// A correctionField value: nanoseconds * 2^16, signed (13.3.2.9).
using ScaledNs = int64_t;

// 13.3.2.9: "too big to be represented".
inline constexpr ScaledNs kCorrectionTooBig = INT64_MAX;

// a + b, saturated. A value that is already too big stays so.
ScaledNs add_correction(ScaledNs a, ScaledNs b);

// correctionField += `correction`, checksum updated.
void add_to_correction_field(FrameView& view, ScaledNs correction);

// twoStepFlag = TRUE, checksum updated.
void set_two_step_flag(FrameView& view);

// Writes into `out` (at least max(event.length, kMinimumFrameLength) bytes) the Follow_Up that
// belongs to a one-step Sync, or the Pdelay_Resp_Follow_Up that belongs to a one-step Pdelay_Resp:
// same addresses, tags, domain, sdoId, version, source, sequenceId and logMessageInterval;
// correctionField zero. Parses it into `view`.
void generate_follow_up(const FrameView& event, uint8_t* out, FrameView& view);

// The shortest Ethernet frame (802.3, 3.2.7), which a generated message is padded to.
inline constexpr uint16_t kMinimumFrameLength = 60;  // without the check sequence

}  // namespace ptpswitch::wire
