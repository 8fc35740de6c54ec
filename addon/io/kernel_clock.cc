#include "addon/io/kernel_clock.h"

#include <sys/timex.h>
#include <time.h>

#include <cerrno>

namespace ptpswitch::io {
namespace {

Error failure(const char* doing, int error) {
  const bool forbidden = error == EPERM || error == EACCES;
  return {forbidden ? kErrPermission : kErrSystem,
          describe_errno(std::string("CLOCK_REALTIME: ") + doing, error) +
              (forbidden ? "; run as root, or grant CAP_SYS_TIME" : "; see dmesg")};
}

LeapSecond leap_second_of(int status) {
  if ((status & STA_INS) != 0) return LeapSecond::kInsert;
  return (status & STA_DEL) != 0 ? LeapSecond::kDelete : LeapSecond::kNone;
}

int status_bit_of(LeapSecond leap_second) {
  switch (leap_second) {
    case LeapSecond::kInsert:
      return STA_INS;
    case LeapSecond::kDelete:
      return STA_DEL;
    case LeapSecond::kNone:
      break;
  }
  return 0;
}

}  // namespace

std::variant<KernelClockState, Error> read_kernel_clock(DriverCalls& calls) {
  timex request{};
  const int time_state = calls.adjust_clock(CLOCK_REALTIME, &request);
  if (time_state < 0) return failure("its state cannot be read", errno);
  // Until somebody clears the flag it stands for the leap second that has been.
  const bool is_past = time_state == TIME_OOP || time_state == TIME_WAIT;
  return KernelClockState{
      .tai_offset = request.tai,
      .synchronised = (request.status & STA_UNSYNC) == 0,
      .leap_second = is_past ? LeapSecond::kNone : leap_second_of(request.status),
      .max_error_us = request.maxerror,
      .estimated_error_us = request.esterror};
}

std::optional<Error> change_kernel_clock(const KernelClockChange& change, DriverCalls& calls) {
  constexpr const char* kDoing = "its state cannot be changed";
  timex now{};
  if (calls.adjust_clock(CLOCK_REALTIME, &now) < 0) return failure(kDoing, errno);
  // The kernel takes the new TAI offset where it takes a time constant, so the two are not mixed.
  if (change.tai_offset && *change.tai_offset != now.tai) {
    timex request{};
    request.modes = ADJ_TAI;
    request.constant = *change.tai_offset;
    if (calls.adjust_clock(CLOCK_REALTIME, &request) < 0) return failure(kDoing, errno);
  }
  timex request{};
  int status = now.status;
  if (change.synchronised) {
    status = *change.synchronised ? status & ~STA_UNSYNC : status | STA_UNSYNC;
  }
  if (change.leap_second) {
    status = (status & ~(STA_INS | STA_DEL)) | status_bit_of(*change.leap_second);
  }
  if (status != now.status) request.modes |= ADJ_STATUS;
  request.status = status;
  if (change.max_error_us) {
    request.modes |= ADJ_MAXERROR;
    request.maxerror = *change.max_error_us;
  }
  if (change.estimated_error_us) {
    request.modes |= ADJ_ESTERROR;
    request.esterror = *change.estimated_error_us;
  }
  if (request.modes == 0) return std::nullopt;
  if (calls.adjust_clock(CLOCK_REALTIME, &request) < 0) return failure(kDoing, errno);
  return std::nullopt;
}

}  // namespace ptpswitch::io
