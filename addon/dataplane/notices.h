// Tells what an operator has to know of the network, but not each time that it happens: of one kind
// and port at most once in kNoticeInterval. What is withheld is in the counters all the same.
#pragma once

#include <cstdint>
#include <vector>

#include "addon/dataplane/effects.h"
#include "addon/dataplane/limits.h"

namespace ptpswitch::dataplane {

class Notices {
 public:
  // `effects` outlives it.
  Notices(uint32_t ports, Effects& effects);

  // Isolation and its end are a state that others keep account of, so they are never withheld.
  void tell(NoticeKind kind, uint32_t port, uint32_t other_port, int64_t now);

 private:
  static constexpr size_t kKinds = static_cast<size_t>(NoticeKind::kSecondAnswer) + 1;

  Effects& effects_;
  std::vector<int64_t> next_;  // by kind and port: when it may be told again
};

}  // namespace ptpswitch::dataplane
