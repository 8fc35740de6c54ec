// Sets how the forwarding thread is scheduled: the time that it waits for a processor is part of
// every residence.
#pragma once

namespace ptpswitch::io {

enum class PollMode : bool {
  kSleep,     // the thread sleeps until something happens
  kBusyPoll,  // the thread never gives its processor up by itself
};

// Has the scheduler prefer the calling thread to others and its timers expire on time, and pins it
// to processor `cpu` unless that is -1. What the process has no permission for is left out without
// an error.
void configure_scheduling(int cpu, PollMode mode);

}  // namespace ptpswitch::io
