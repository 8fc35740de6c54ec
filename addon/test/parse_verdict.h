// What the parser says of a frame, as a value that tests compare.
#pragma once

#include "addon/test/packet_builder.h"
#include "addon/wire/frame_view.h"

namespace ptpswitch::test {

struct Verdict {
  wire::ParseVerdict verdict;
  wire::MalformedReason reason;
  bool operator==(const Verdict&) const = default;
};

inline doctest::String toString(const Verdict& verdict) {
  return doctest::String("verdict ") + doctest::toString(static_cast<int>(verdict.verdict)) +
         " reason " + doctest::toString(static_cast<int>(verdict.reason));
}

inline constexpr Verdict kPtp{wire::ParseVerdict::kPtp, wire::MalformedReason::kNone};
inline constexpr Verdict kPtpV1{wire::ParseVerdict::kPtpV1, wire::MalformedReason::kNone};
inline constexpr Verdict kNotPtp{wire::ParseVerdict::kNotPtp, wire::MalformedReason::kNone};
constexpr Verdict malformed(wire::MalformedReason reason) {
  return {wire::ParseVerdict::kMalformed, reason};
}

inline Verdict parse(const Bytes& frame, bool checksum_pending = false) {
  ExactFrame exact(frame);
  wire::FrameView view;
  const auto result = exact.parse(view, checksum_pending);
  return {result.verdict, result.reason};
}

inline Verdict parse(const PacketBuilder& builder) { return parse(builder.build()); }

inline PacketBuilder sync_over(Transport transport) {
  PacketBuilder builder(MessageType::kSync);
  builder.over(transport);
  return builder;
}

}  // namespace ptpswitch::test
