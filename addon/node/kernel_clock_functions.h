// The functions by which JavaScript reads and changes the kernel's state of CLOCK_REALTIME
// (src/native/kernel-clock.ts).
#pragma once

#include <napi.h>

namespace ptpswitch::node {

// readKernelClock(): KernelClockState
Napi::Value read_kernel_clock(const Napi::CallbackInfo& info);

// changeKernelClock(change: KernelClockChange)
void change_kernel_clock(const Napi::CallbackInfo& info);

}  // namespace ptpswitch::node
