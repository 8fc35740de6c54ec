// Remembers what comes in that no rule takes: which domain, transport and VLAN by which port, and
// whether somebody announces there. It is told when it is new, and every kUnservedInterval while it
// goes on: an operator who misses a clock is to read why it is not heard.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "addon/dataplane/effects.h"
#include "addon/dataplane/limits.h"
#include "addon/wire/frame_view.h"

namespace ptpswitch::dataplane {

class Unserved {
 public:
  // `effects` outlives it.
  Unserved(uint32_t ports, Effects& effects);

  // False when the port has no room for more of them.
  bool note(uint32_t port, const MessageKey& key, wire::MessageType type, int64_t now);

 private:
  struct Entry {
    uint64_t bits = 0;  // 0: free
    uint32_t messages = 0;
    int64_t next = 0;  // when it may be told again
  };

  Effects& effects_;
  std::vector<std::array<Entry, kUnservedOfPort>> entries_;
};

}  // namespace ptpswitch::dataplane
