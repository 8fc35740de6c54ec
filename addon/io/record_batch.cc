#include "addon/io/record_batch.h"

#include <algorithm>
#include <utility>

namespace ptpswitch::io {
namespace {

constexpr size_t kFrameBytes = RecordBatch::kCapacityBytes - RecordBatch::kStateBytes;

}  // namespace

RecordBatch::RecordBatch(uint32_t ports, std::function<void()> wake)
    : share_(kFrameBytes / 2 / std::max(ports, 1u)),
      common_(kFrameBytes - share_ * ports),
      used_(ports),
      wake_(std::move(wake)) {
  waiting_.reserve(kCapacityBytes);
}

bool RecordBatch::push(const Record& record) {
  const size_t size = encoded_size(record);
  bool first;
  {
    const std::lock_guard lock(mutex_);
    if (!take_room(record, size)) return false;
    first = waiting_.empty();
    waiting_.resize(waiting_.size() + size);
    encode(record, waiting_.data() + waiting_.size() - size);
  }
  if (first) wake_();
  return true;
}

bool RecordBatch::take_room(const Record& record, size_t size) {
  if (waiting_.size() + size > kCapacityBytes) return false;
  if (tells_state(record.kind)) return true;
  const size_t before = used_[record.port];
  const size_t after = before + size;
  const size_t beyond_share = after > share_ ? after - std::max(before, share_) : 0;
  if (common_used_ + beyond_share > common_) return false;
  common_used_ += beyond_share;
  used_[record.port] = after;
  return true;
}

void RecordBatch::drain(std::vector<uint8_t>& out) {
  out.clear();
  const std::lock_guard lock(mutex_);
  out.swap(waiting_);
  if (waiting_.capacity() < kCapacityBytes) waiting_.reserve(kCapacityBytes);
  std::fill(used_.begin(), used_.end(), 0);
  common_used_ = 0;
}

}  // namespace ptpswitch::io
