#include "series.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace bench {
namespace {

// Nearest rank.
int64_t Quantile(const std::vector<int64_t>& sorted, double rank) {
  const auto position = static_cast<size_t>(std::ceil(rank * static_cast<double>(sorted.size())));
  return sorted[std::clamp<size_t>(position, 1, sorted.size()) - 1];
}

}  // namespace

std::string Series::Json() const {
  if (values_.empty()) return "{\"count\":0}";
  std::vector<int64_t> sorted = values_;
  std::sort(sorted.begin(), sorted.end());
  const auto count = static_cast<double>(sorted.size());
  double sum = 0;
  for (const int64_t value : sorted) sum += static_cast<double>(value);
  const double mean = sum / count;
  double squares = 0;
  for (const int64_t value : sorted) {
    const double distance = static_cast<double>(value) - mean;
    squares += distance * distance;
  }
  char text[256];
  snprintf(text, sizeof text,
           "{\"count\":%zu,\"mean\":%.1f,\"standardDeviation\":%.1f,\"min\":%lld,\"p50\":%lld,"
           "\"p99\":%lld,\"max\":%lld}",
           sorted.size(), mean, std::sqrt(squares / std::max(1.0, count - 1)),
           static_cast<long long>(sorted.front()), static_cast<long long>(Quantile(sorted, 0.5)),
           static_cast<long long>(Quantile(sorted, 0.99)), static_cast<long long>(sorted.back()));
  return text;
}

}  // namespace bench
