// The language of the forwarder's fuzz target: a script is octets, each operation one octet and
// what it needs. Every sequence of octets is a script, so that any change of one is another one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace ptpswitch::fuzz {

// The low nibble of an operation's octet; the high nibble is its argument.
enum class Operation : uint8_t {
  kMessage,    // argument: port and age; then encapsulation, type and identity, sequence and flags
  kRawFrame,   // argument: port and age; then a length and so many octets
  kRepeat,     // argument: port: the last frame once more
  kDamage,     // of the next frame: then a position and a value
  kStamp,      // argument: port, and how late after it was sent; then which of those that wait
  kLoseStamp,  // argument: port
  kStampAll,   // argument: how late
  kAdvance,    // argument: by how much
  kLink,       // argument: port, up or down
  kNewSocket,  // argument: port
  kFailSends,  // argument: port, counted by the kernel or not; then how many
  kProgram,    // then two octets of a policy
  kSetClock,   // argument: port and direction; then by how much
  kLoseClock,  // argument: port, related or not
  kConfigure,  // argument: port; then registers
  kSubmit,     // argument: port, with a time stamp or not; then as kMessage
};
inline constexpr uint8_t kOperations = 16;

// The first octet of a script.
inline constexpr uint8_t kKernelCounts = 1;   // the numbers of the frames, see TransmitLedger
inline constexpr uint8_t kDriverAppends = 2;  // a check sequence to what it returns
inline constexpr uint8_t kBursts = 4;         // batches are handed to the kernel at kAdvance only

// Times that arguments stand for.
inline constexpr int64_t kDelaysNs[8] = {1,         700,        20'000,      1'000'000,
                                         5'000'000, 21'000'000, 101'000'000, 1'000'000'000};

class ScriptReader {
 public:
  ScriptReader(const uint8_t* data, size_t size) : next_(data), end_(data + size) {}
  bool more() const { return next_ != end_; }
  // 0 behind the end.
  uint8_t octet() { return more() ? *next_++ : 0; }
  // At most `wanted` octets.
  const uint8_t* octets(size_t wanted, size_t& got) {
    got = std::min<size_t>(wanted, static_cast<size_t>(end_ - next_));
    next_ += got;
    return next_ - got;
  }

 private:
  const uint8_t* next_;
  const uint8_t* end_;
};

class ScriptWriter {
 public:
  explicit ScriptWriter(uint8_t options = 0) : octets_{options} {}

  ScriptWriter& add(Operation operation, uint32_t argument,
                    std::initializer_list<uint32_t> octets = {}) {
    octets_.push_back(static_cast<uint8_t>(static_cast<uint32_t>(operation) | argument << 4));
    for (const uint32_t octet : octets) octets_.push_back(static_cast<uint8_t>(octet));
    return *this;
  }
  ScriptWriter& raw_frame(uint32_t port, const std::vector<uint8_t>& frame) {
    add(Operation::kRawFrame, port, {static_cast<uint32_t>(frame.size())});
    octets_.insert(octets_.end(), frame.begin(), frame.end());
    return *this;
  }
  const std::vector<uint8_t>& octets() const { return octets_; }

 private:
  std::vector<uint8_t> octets_;
};

}  // namespace ptpswitch::fuzz
