// Records on their way from the engine thread to JavaScript: a bounded batch, copied once in and
// once out, with one wake-up for however many wait.
//
// Every port has a share of it that no other port can spend, because frames for the clocks of this
// box come by all of them; and what tells of a state has room that no frame can spend. When even
// that is full, the latest of every state is kept, which is what the reader goes by.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "addon/io/record_encoder.h"

namespace ptpswitch::io {

class RecordBatch {
 public:
  // 100 ms of 10,000 frames/s of 200 bytes, with headers.
  static constexpr size_t kCapacityBytes = 256 * 1024;
  // Of these, kept for what tells of a state (link, loop, clock, error), so that no flood of frames
  // hides that a link is gone.
  static constexpr size_t kStateBytes = 16 * 1024;

  // `wake` is called, from the thread that pushes, when the first record after a drain arrives.
  RecordBatch(uint32_t ports, std::function<void()> wake);

  // False when there is no room for it.
  bool push(const Record& record);
  // Takes everything that waits into `out` (emptied first).
  void drain(std::vector<uint8_t>& out);

 private:
  bool take_room(const Record& record, size_t size);
  void append(const Record& record);
  bool keep_latest(const Record& record);

  // Half of the room for frames is shared out among the ports; the other half is for whoever needs
  // more.
  const size_t share_;
  const size_t common_;
  std::mutex mutex_;
  std::vector<uint8_t> waiting_;
  std::vector<Record> latest_;  // states that found no room: one of each kind and port, in order
  std::vector<size_t> used_;    // bytes of each port's records, but for those that tell of a state
  size_t common_used_ = 0;      // by ports beyond their share
  std::function<void()> wake_;
};

}  // namespace ptpswitch::io
