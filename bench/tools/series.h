// A sample of durations and its summary as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

class Series {
 public:
  void Add(int64_t nanoseconds) { values_.push_back(nanoseconds); }

  // {"count":n,"mean":...,"standardDeviation":...,"deviationWithinWindow":...,"medianDeviation":...,
  // "min":...,"p50":...,"p95":...,"p99":...,"max":...}; only the count if empty. The deviation within
  // a window is the median of the standard deviations of each kWindow values in a row: one value
  // that the machine held up spoils one window, not the figure. The median deviation is that of the
  // distances from the median, which bears one of them in every window.
  std::string Json() const;

 private:
  std::vector<int64_t> values_;
};

}  // namespace bench
