#include "addon/io/scheduling.h"

#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace ptpswitch::io {
namespace {

constexpr int kHighestNice = -20;
// The shortest time slice that an ordinary thread can ask for. A thread with a short slice need not
// wait until others have used up theirs (since Linux 6.12; older kernels ignore it).
constexpr uint64_t kSliceNs = 100'000;

// struct sched_attr of sched_setattr(2), which not every C library declares.
struct SchedulingAttributes {
  uint32_t size;
  uint32_t policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime_ns;
  uint64_t deadline_ns;
  uint64_t period_ns;
};
static_assert(sizeof(SchedulingAttributes) == 48);

bool pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<size_t>(cpu), &set);
  return ::pthread_setaffinity_np(::pthread_self(), sizeof set, &set) == 0;
}

void ask_for_short_slices() {
  SchedulingAttributes attributes{};
  if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
  if (attributes.policy != SCHED_OTHER) return;
  attributes.runtime_ns = kSliceNs;
  ::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace

void configure_scheduling(int cpu, PollMode mode) {
  ::prctl(PR_SET_TIMERSLACK, 1);
  const bool pinned = cpu >= 0 && pin(cpu);
  // A pinned thread goes ahead of all ordinary work, unless it polls: then it would take the whole
  // processor for itself.
  if (pinned && mode == PollMode::kSleep) {
    const sched_param lowest{.sched_priority = 1};
    if (::pthread_setschedparam(::pthread_self(), SCHED_FIFO, &lowest) == 0) return;
  }
  // A thread that is not pinned stays an ordinary one: the kernel wakes a SCHED_FIFO thread on the
  // processor that it ran on last, however deep that sleeps, but may wake an ordinary one where its
  // frame came in (docs/decisions/0011).
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), kHighestNice);
  if (mode == PollMode::kSleep) ask_for_short_slices();
}

}  // namespace ptpswitch::io
