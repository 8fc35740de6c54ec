// Tells when a processor stood still: a thread on each, ahead of all ordinary work, wakes every two
// milliseconds, and where it has not come for long nothing else can have run there either.
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

constexpr long kIntervalNs = 2'000'000;
constexpr int kPriority = 98;

// Of the system clock, as the time stamps of frames are.
int64_t now_us() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1'000'000 + now.tv_nsec / 1'000;
}

void watch(size_t cpu, int64_t least_us) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  const sched_param priority{.sched_priority = kPriority};
  if (::pthread_setaffinity_np(::pthread_self(), sizeof set, &set) != 0 ||
      ::pthread_setschedparam(::pthread_self(), SCHED_FIFO, &priority) != 0) {
    std::fprintf(stderr, "processor %zu cannot be watched\n", cpu);
    std::exit(1);
  }
  int64_t before = now_us();
  while (true) {
    const timespec pause{0, kIntervalNs};
    ::clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, nullptr);
    const int64_t now = now_us();
    if (now - before >= least_us) {
      std::printf("%zu %lld %lld\n", cpu, static_cast<long long>(before),
                  static_cast<long long>(now));
      std::fflush(stdout);
    }
    before = now;
  }
}

}  // namespace

// The argument is the least length that is told, in milliseconds. After "ready" a line each: the
// processor, from when and until when, in microseconds of the system clock.
int main(int count, char** arguments) {
  if (count != 2) return 2;
  const int64_t least_us = std::atoll(arguments[1]) * 1'000;
  std::vector<std::thread> threads;
  for (size_t cpu = 0; cpu < std::thread::hardware_concurrency(); ++cpu) {
    threads.emplace_back(watch, cpu, least_us);
  }
  std::puts("ready");
  std::fflush(stdout);
  for (std::thread& thread : threads) thread.join();
}
