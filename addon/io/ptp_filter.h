// The kernel-side filter of a port's socket: PTP only, so that ordinary traffic is never copied to
// us.
#pragma once

#include <linux/filter.h>

#include <vector>

namespace ptpswitch::io {

// A classic BPF program that passes EtherType 0x88F7, UDP to 319 or 320 over IPv4 and IPv6, and
// IPv6 with extension headers (which only the parser can follow), behind 0 to 2 VLAN tags beside
// the one that the kernel takes off.
std::vector<sock_filter> ptp_filter();

}  // namespace ptpswitch::io
