// A hardware clock is read by the best method that its driver has, and adjusted.
#include "addon/io/hardware_clock.h"

#include <unistd.h>

#include "addon/test/fake_driver.h"

using namespace ptpswitch;
using namespace ptpswitch::test;

namespace {

using Reference = io::HardwareClockReading::Reference;

io::HardwareClock clock_of(FakeDriver& driver) {
  // Any descriptor will do: the driver behind it answers here.
  return io::HardwareClock(io::FileDescriptor(::dup(STDIN_FILENO)), 0, driver);
}

}  // namespace

TEST_CASE("a clock is read by the best means: the shortest of several windows, in its middle") {
  for (const bool extended : {true, false}) {
    Nic nic = kIgb;
    nic.extended = extended;
    FakeDriver driver(nic);
    io::HardwareClock clock = clock_of(driver);
    for (int i = 0; i < 3; ++i) {
      const auto reading = clock.read(8);
      REQUIRE(reading);
      CHECK(reading->window_ns == 400);
      CHECK(reading->clock_ns - reading->reference_ns == FakeDriver::kOffsetNs);
    }
  }
}

TEST_CASE("where both clocks are latched at once there is no window, nor a clock that is steered") {
  FakeDriver driver(kIgc);
  io::HardwareClock clock = clock_of(driver);
  const auto reading = clock.read(8);
  REQUIRE(reading);
  CHECK(reading->window_ns == 0);
  CHECK(reading->reference == Reference::kMonotonicRaw);
  CHECK(reading->clock_ns - reading->reference_ns ==
        FakeDriver::kOffsetNs + FakeDriver::kRealtimeAheadNs);
}

TEST_CASE("a kernel that reads beside CLOCK_MONOTONIC_RAW is asked to, an older one is not again") {
  for (const bool monotonic_raw : {true, false}) {
    CAPTURE(monotonic_raw);
    Nic nic = kIgb;
    nic.monotonic_raw = monotonic_raw;
    FakeDriver driver(nic);
    io::HardwareClock clock = clock_of(driver);
    for (int i = 0; i < 2; ++i) {
      const auto reading = clock.read(8);
      REQUIRE(reading);
      CHECK(reading->window_ns == 400);
      CHECK((reading->reference == Reference::kMonotonicRaw) == monotonic_raw);
      CHECK(reading->clock_ns - reading->reference_ns ==
            FakeDriver::kOffsetNs + (monotonic_raw ? FakeDriver::kRealtimeAheadNs : 0));
    }
  }
}

TEST_CASE("a driver that does not look which clock it is asked for is asked for the system clock") {
  Nic nic = kIgb;
  nic.monotonic_raw = true;
  FakeDriver driver(nic);
  io::HardwareClock clock = clock_of(driver);
  REQUIRE(clock.read(8)->reference == Reference::kMonotonicRaw);
  clock.distrust_reference();
  CHECK(clock.read(8)->reference == Reference::kRealtime);
}

TEST_CASE("a window in which the system clock was set back is none") {
  FakeDriver driver(kIgb);
  io::HardwareClock clock = clock_of(driver);
  driver.windows_ns = {-1'000'000, 400, 900};
  CHECK(clock.read(8)->window_ns == 400);
  driver.windows_ns = {-1'000'000};
  CHECK_FALSE(clock.read(8));
  driver.windows_ns = {700};
  CHECK(clock.read(8)->window_ns == 700);
}

TEST_CASE("a clock that fails for once gives no reading, and is read the same way again") {
  for (const auto& [nic, window_ns] : {std::pair{kIgb, 400}, std::pair{kIgc, 0}}) {
    FakeDriver driver(nic);
    io::HardwareClock clock = clock_of(driver);
    REQUIRE(clock.read(8));
    driver.clock_errno = ETIMEDOUT;
    CHECK_FALSE(clock.read(8));
    driver.clock_errno = 0;
    CHECK(clock.read(8)->window_ns == window_ns);
  }
}

TEST_CASE("a method that goes on failing, by whatever error, gives way to the next best") {
  for (const int error : {ENODEV, ETIMEDOUT, EIO, EAGAIN, EBUSY}) {
    CAPTURE(error);
    FakeDriver driver(kIgc);
    driver.precise_errno = error;
    io::HardwareClock clock = clock_of(driver);
    int failed = 0;
    while (!clock.read(8)) REQUIRE(++failed < 10);
    CHECK(failed == 2);
    CHECK(clock.read(8)->window_ns == 400);
    // It stays with that, though the better one works again.
    driver.precise_errno = 0;
    CHECK(clock.read(8)->window_ns == 400);
  }
}

TEST_CASE("failures with readings in between do not add up to giving a method up") {
  FakeDriver driver(kIgc);
  io::HardwareClock clock = clock_of(driver);
  for (int i = 0; i < 10; ++i) {
    driver.precise_errno = ETIMEDOUT;
    CHECK_FALSE(clock.read(8));
    CHECK_FALSE(clock.read(8));
    driver.precise_errno = 0;
    CHECK(clock.read(8)->window_ns == 0);
  }
}

TEST_CASE("a method that the driver does not have gives way at once") {
  FakeDriver driver(kIgc);
  driver.precise_errno = EOPNOTSUPP;
  io::HardwareClock clock = clock_of(driver);
  CHECK(clock.read(8)->window_ns == 400);
}

TEST_CASE("a clock is slewed on top of its present rate, and set either way") {
  FakeDriver driver(kIgb);
  io::HardwareClock clock = clock_of(driver);
  driver.frequency = 30 * 65536;  // somebody has had it 30 ppm faster
  CHECK_FALSE(clock.adjust({.step_ns = 0, .rate_change = -10e-6}));
  CHECK(driver.frequency == 20 * 65536);
  CHECK(driver.set_forward_ns == 0);
  CHECK_FALSE(clock.adjust({.step_ns = -1'250'000'000, .rate_change = 0.5e-6}));
  CHECK(driver.frequency == 20 * 65536 + 32768);
  CHECK(driver.set_forward_ns == -1'250'000'000);
  CHECK((driver.adjusted_clock & 7) == 3);  // told by its file descriptor
}

TEST_CASE("a clock that cannot be adjusted is told with the reason and the remedy") {
  FakeDriver driver(kIgb);
  io::HardwareClock clock = clock_of(driver);
  const auto told = [&](int error) {
    driver.refusal = error;
    return clock.adjust({.step_ns = 1, .rate_change = 0}).value().message;
  };
  CHECK(told(EPERM) ==
        "/dev/ptp0: the clock cannot be adjusted: Operation not permitted (errno 1); run as root, "
        "or grant CAP_SYS_TIME and write access, or use clock: virtual");
  CHECK(told(EOPNOTSUPP).ends_with("; use clock: virtual"));
  CHECK(told(ERANGE).ends_with(
      "; its oscillator is further off than it can be slewed by; use clock: virtual"));
}
