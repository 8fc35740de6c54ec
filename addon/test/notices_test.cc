// What an operator is told, and how often.
#include "addon/dataplane/notices.h"

#include <doctest/doctest.h>

#include <utility>

using namespace ptpswitch::dataplane;

namespace {

class Told final : public Effects {
 public:
  std::vector<Notice> notices;

 private:
  void notice(const Notice& notice) override { notices.push_back(notice); }
  void unserved(const ptpswitch::dataplane::UnservedMessages&) override {}
  uint32_t send(uint32_t, std::span<const OutgoingFrame> frames) override {
    return static_cast<uint32_t>(frames.size());
  }
  bool punt(uint32_t, const ptpswitch::wire::FrameView&, std::optional<int64_t>) override {
    return true;
  }
  void observe_sync(uint32_t, const SyncObservation&) override {}
  void clock_transmit_timestamp(uint32_t, uint32_t, std::optional<int64_t>) override {}
};

}  // namespace

TEST_CASE("what goes on is told once a minute, of each kind and port") {
  Told told;
  Notices notices(3, told);
  const auto tell_all = [&](int64_t now) {
    for (const uint32_t port : {0u, 2u}) {
      notices.tell(NoticeKind::kAnswerByOtherPort, port, 1, now);
      notices.tell(NoticeKind::kSecondAnswer, port, 1, now);
    }
    return std::exchange(told.notices, {}).size();
  };
  CHECK(tell_all(5) == 4);
  CHECK(tell_all(6) == 0);
  CHECK(tell_all(5 + kNoticeInterval - 1) == 0);
  CHECK(tell_all(5 + kNoticeInterval) == 4);
}

TEST_CASE("a port that is isolated, and one that is tried again, is told each time") {
  Told told;
  Notices notices(3, told);
  for (int i = 0; i < 2; ++i) {
    notices.tell(NoticeKind::kLoop, 2, 1, 5);
    notices.tell(NoticeKind::kIsolationOver, 2, 2, 5);
  }
  REQUIRE(told.notices.size() == 4);
  CHECK(told.notices[0].kind == NoticeKind::kLoop);
  CHECK(told.notices[0].port == 2);
  CHECK(told.notices[0].other_port == 1);
}
