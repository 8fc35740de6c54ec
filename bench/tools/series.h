// A sample of durations and its summary as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

class Series {
 public:
  void Add(int64_t nanoseconds) { values_.push_back(nanoseconds); }

  // {"count":n,"mean":...,"standardDeviation":...,"min":...,"p50":...,"p99":...,"max":...}; only
  // the count if empty.
  std::string Json() const;

 private:
  std::vector<int64_t> values_;
};

}  // namespace bench
