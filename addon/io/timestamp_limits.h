// How many transmit time stamps a NIC holds at once, by driver. An event frame sent while all are
// taken gets none.
#pragma once

#include <cstdint>
#include <string>

namespace ptpswitch::io {

// An unknown driver is assumed to hold a few; the forwarder lowers the number when a time stamp is
// lost.
uint32_t outstanding_timestamps(const std::string& driver);

}  // namespace ptpswitch::io
