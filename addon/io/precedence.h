// How the scheduler is to treat the thread that forwards: waiting for a processor is residence.
#pragma once

namespace ptpswitch::io {

enum class Waiting : bool {
  kAsleep,    // until something happens
  kSpinning,  // it never gives its processor up by itself
};

// Has the calling thread go ahead of others, and its timers expire on time; on processor `cpu`
// alone unless that is -1. What the process may not do is left out, silently.
void take_precedence(int cpu, Waiting waiting);

}  // namespace ptpswitch::io
