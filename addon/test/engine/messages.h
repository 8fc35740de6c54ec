// The messages that the engine's tests send, told apart by their sequenceId.
#pragma once

#include "addon/test/packet_builder.h"

namespace ptpswitch::test {

inline Bytes sync(uint16_t sequence) {
  return PacketBuilder(MessageType::kSync).two_step(true).sequence(sequence).build();
}
inline Bytes follow_up(uint16_t sequence) {
  return PacketBuilder(MessageType::kFollowUp).sequence(sequence).build();
}
inline Bytes announce(uint16_t sequence) {
  return PacketBuilder(MessageType::kAnnounce).sequence(sequence).build();
}

}  // namespace ptpswitch::test
