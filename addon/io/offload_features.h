// The features of an interface by which the host merges packets that it has received into one
// (GRO, LRO). A merged packet of PTP messages over UDP looks like one message with octets behind
// it, so all but the first of them are lost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "addon/io/driver_calls.h"

namespace ptpswitch::io {

// The features that merge packets of UDP, and are on, as ethtool calls them. None, too, where the
// driver does not say.
std::vector<std::string> merge_offloads(const std::string& interface,
                                        DriverCalls& calls = driver_calls());

// What an earlier switch had turned off at an interface.
struct FormerOffloads {
  int interface_index = 0;
  std::vector<std::string> features;
};

// Keeps those features of one interface turned off. The interface is found by its index, whatever
// it is called by now: another one may have got its name.
class OffloadsOff {
 public:
  // `remembered`: what an earlier switch, which was killed, has left off. It is turned on at the
  // end as well.
  explicit OffloadsOff(int interface_index, std::vector<std::string> remembered = {},
                       DriverCalls& calls = driver_calls());
  OffloadsOff(const OffloadsOff&) = delete;
  OffloadsOff& operator=(const OffloadsOff&) = delete;
  ~OffloadsOff();

  // What is turned on again at the end.
  const std::vector<std::string>& turned_off() const { return turned_off_; }
  // What is on still, with the reason, for the user; none when nothing is. It is no obstacle to
  // forwarding.
  const std::optional<std::string>& problem() const { return problem_; }

 private:
  const int interface_index_;
  DriverCalls& calls_;
  std::vector<std::string> turned_off_;
  std::optional<std::string> problem_;
};

}  // namespace ptpswitch::io
