#include "series.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <span>

namespace bench {
namespace {

constexpr size_t kWindow = 100;

double Mean(std::span<const int64_t> values) {
  double sum = 0;
  for (const int64_t value : values) sum += static_cast<double>(value);
  return sum / static_cast<double>(values.size());
}

double StandardDeviation(std::span<const int64_t> values) {
  const double mean = Mean(values);
  double squares = 0;
  for (const int64_t value : values) {
    const double distance = static_cast<double>(value) - mean;
    squares += distance * distance;
  }
  return std::sqrt(squares / std::max(1.0, static_cast<double>(values.size()) - 1));
}

// A rest shorter than a window is left out, unless it is all there is.
double DeviationWithinWindow(std::span<const int64_t> values) {
  if (values.size() < kWindow) return StandardDeviation(values);
  std::vector<double> deviations;
  for (size_t at = 0; at + kWindow <= values.size(); at += kWindow) {
    deviations.push_back(StandardDeviation(values.subspan(at, kWindow)));
  }
  const auto middle = deviations.begin() + static_cast<std::ptrdiff_t>(deviations.size() / 2);
  std::nth_element(deviations.begin(), middle, deviations.end());
  return *middle;
}

// Nearest rank.
int64_t Quantile(const std::vector<int64_t>& sorted, double rank) {
  const auto position = static_cast<size_t>(std::ceil(rank * static_cast<double>(sorted.size())));
  return sorted[std::clamp<size_t>(position, 1, sorted.size()) - 1];
}

// Of the distances from the median.
int64_t MedianDeviation(const std::vector<int64_t>& sorted) {
  const int64_t median = Quantile(sorted, 0.5);
  std::vector<int64_t> distances;
  for (const int64_t value : sorted) distances.push_back(std::abs(value - median));
  std::sort(distances.begin(), distances.end());
  return Quantile(distances, 0.5);
}

}  // namespace

std::string Series::Json() const {
  if (values_.empty()) return "{\"count\":0}";
  std::vector<int64_t> sorted = values_;
  std::sort(sorted.begin(), sorted.end());
  char text[384];
  snprintf(text, sizeof text,
           "{\"count\":%zu,\"mean\":%.1f,\"standardDeviation\":%.1f,\"deviationWithinWindow\":%.1f,"
           "\"medianDeviation\":%lld,\"min\":%lld,\"p50\":%lld,\"p95\":%lld,\"p99\":%lld,"
           "\"max\":%lld}",
           sorted.size(), Mean(values_), StandardDeviation(values_), DeviationWithinWindow(values_),
           static_cast<long long>(MedianDeviation(sorted)),
           static_cast<long long>(sorted.front()), static_cast<long long>(Quantile(sorted, 0.5)),
           static_cast<long long>(Quantile(sorted, 0.95)),
           static_cast<long long>(Quantile(sorted, 0.99)), static_cast<long long>(sorted.back()));
  return text;
}

}  // namespace bench
