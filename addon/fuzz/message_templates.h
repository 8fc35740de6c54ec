// A message of each type in each encapsulation, made by the tests' own builder, to be changed field
// by field: what a script has to say of a message is then three octets.
#pragma once

#include <cstdint>
#include <vector>

#include "addon/fuzz/script.h"

namespace ptpswitch::fuzz {

inline constexpr uint32_t kTypes = 10;

// Copies the message that the next three octets of `script` tell of to `frame`: first its
// encapsulation; then type, direction and sender; then sequenceId, domain, sdoId and twoStepFlag.
void read_message(ScriptReader& script, std::vector<uint8_t>& frame);

// What read_message() reads. `type`: its place in test::kAllTypes.
struct MessageWords {
  uint32_t encapsulation = 0;
  uint32_t type = 0;
  bool from_slave = false;
  bool stranger = false;
  uint32_t sequence = 0;  // 0 to 3
  uint32_t domain = 0;    // 0 to 3
  bool gptp = false;      // sdoId 0x100
  bool two_step = true;
};
void write_message(const MessageWords& words, std::vector<uint32_t>& octets);

}  // namespace ptpswitch::fuzz
