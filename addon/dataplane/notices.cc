#include "addon/dataplane/notices.h"

#include <limits>

namespace ptpswitch::dataplane {

Notices::Notices(uint32_t ports, Effects& effects)
    : effects_(effects), next_(ports * kKinds, std::numeric_limits<int64_t>::min()) {}

void Notices::tell(NoticeKind kind, uint32_t port, uint32_t other_port, int64_t now) {
  if (kind != NoticeKind::kLoop && kind != NoticeKind::kIsolationOver) {
    int64_t& next = next_[port * kKinds + static_cast<size_t>(kind)];
    if (now < next) return;
    next = now + kNoticeInterval;
  }
  effects_.notice({kind, port, other_port});
}

}  // namespace ptpswitch::dataplane
