// Which kind of time stamps the ports of one switch have (docs/decisions/0013).
#pragma once

#include <vector>

#include "addon/io/engine_options.h"
#include "addon/io/interface_probe.h"

namespace ptpswitch::io {

// What kAuto comes to for these ports; any other request comes to itself.
//
// Between a port with hardware time stamps and one with software time stamps, half the difference
// of what sending and receiving take in software goes into every offset; between two ports with
// software time stamps the same errors cancel, nearly. So hardware time stamps serve only where two
// ports have them.
TimestampingRequest settle(TimestampingRequest request, const std::vector<InterfaceProbe>& ports);

}  // namespace ptpswitch::io
