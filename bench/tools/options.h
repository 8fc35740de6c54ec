// What one run of the load generator is asked for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "frames.h"

namespace bench {

struct Options {
  std::string source;              // NAMESPACE:INTERFACE on the grandmaster's side
  std::vector<std::string> sinks;  // the same for every receiver; the first also sends requests
  std::string background;          // where unanswered requests come from; a port of its own
  Transport transport = Transport::kL2;
  uint32_t pairs_per_second = 0;       // Sync and its Follow_Up, from the source
  uint32_t exchanges_per_second = 0;   // Delay_Req from the first sink, answered at the source
  uint32_t background_per_second = 0;  // Delay_Req that nobody answers
  uint32_t clients_per_second = 0;     // Delay_Req from all sinks, which the subject answers itself
  uint32_t identities = 500;           // requesters that the requests come from, in turn
  uint32_t samples_per_second = 1000;  // messages whose transmit time stamp is taken
  uint32_t milliseconds = 1000;
  int cpu = 0;            // -1: any
  bool yielding = false;  // leave the processor to whatever else wants it
  bool sleeping = false;  // sleep until the next message is due
};

// Ends the program with a message on unknown or missing arguments.
Options ParseOptions(int argc, char** argv);

}  // namespace bench
