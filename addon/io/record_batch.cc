#include "addon/io/record_batch.h"

#include <algorithm>
#include <utility>

namespace ptpswitch::io {
namespace {

constexpr size_t kFrameBytes = RecordBatch::kCapacityBytes - RecordBatch::kStateBytes;

// More than there are kinds of records and of notices.
constexpr size_t kStatesOfPort = 16;

// True of records of which the later makes the earlier worthless.
bool is_same_state(const Record& a, const Record& b) {
  const bool same_flags = a.kind != RecordKind::kNotice || a.flags == b.flags;
  return a.kind == b.kind && a.port == b.port && same_flags;
}

}  // namespace

RecordBatch::RecordBatch(uint32_t ports, std::function<void()> wake)
    : share_(kFrameBytes / 2 / std::max(ports, 1u)),
      common_(kFrameBytes - share_ * ports),
      used_(ports),
      wake_(std::move(wake)) {
  waiting_.reserve(kCapacityBytes);
  latest_.reserve(kStatesOfPort * ports);
}

bool RecordBatch::push(const Record& record) {
  const size_t size = encoded_size(record);
  bool first;
  {
    const std::lock_guard lock(mutex_);
    if (!take_room(record, size)) return keep_latest(record);
    first = waiting_.empty();
    append(record);
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

void RecordBatch::append(const Record& record) {
  const size_t at = waiting_.size();
  waiting_.resize(at + encoded_size(record));
  encode(record, waiting_.data() + at);
}

// Texts are not kept: they explain what is so, and may be long.
bool RecordBatch::keep_latest(const Record& record) {
  if (!tells_state(record.kind) || record.payload_size != 0) return false;
  std::erase_if(latest_, [&](const Record& other) { return is_same_state(record, other); });
  if (latest_.size() == latest_.capacity()) return false;
  latest_.push_back(record);
  return true;
}

void RecordBatch::drain(std::vector<uint8_t>& out) {
  out.clear();
  const std::lock_guard lock(mutex_);
  for (const Record& record : latest_) append(record);
  latest_.clear();
  out.swap(waiting_);
  if (waiting_.capacity() < kCapacityBytes) waiting_.reserve(kCapacityBytes);
  std::fill(used_.begin(), used_.end(), 0);
  common_used_ = 0;
}

}  // namespace ptpswitch::io
