// How many transmit time stamps a NIC holds at once, by driver. An event frame sent while all are
// taken gets none.
#pragma once

#include <cstdint>
#include <string>

namespace ptpswitch::io {

// A driver that is not known is believed to hold a few; the forwarder lowers that when one is lost.
uint32_t outstanding_timestamps(const std::string& driver);

}  // namespace ptpswitch::io
