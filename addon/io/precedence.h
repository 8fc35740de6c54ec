// How the scheduler is to treat the thread that forwards: waiting for a processor is residence.
#pragma once

namespace ptpswitch::io {

enum class Waiting : bool {
  kAsleep,    // until something happens
  kSpinning,  // it never gives its processor up by itself
};

// For the calling thread. On processor `cpu` alone, or with -1 wherever the scheduler likes. As far
// as the process may, which the thread then goes without.
void take_precedence(int cpu, Waiting waiting);

}  // namespace ptpswitch::io
