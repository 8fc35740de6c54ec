// How the scheduler is to treat the thread that forwards: waiting for a processor is residence.
#pragma once

namespace ptpswitch::io {

enum class PollMode : bool {
  kSleep,     // until something happens
  kBusyPoll,  // it never gives its processor up by itself
};

// Has the calling thread go ahead of others, and its timers expire on time; on processor `cpu`
// alone unless that is -1. What the process may not do is left out, silently.
void configure_scheduling(int cpu, PollMode mode);

}  // namespace ptpswitch::io
