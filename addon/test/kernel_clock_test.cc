// What is read from and told to the kernel about CLOCK_REALTIME, with a kernel that answers as
// adjtimex(2) does.
#include "addon/io/kernel_clock.h"

#include <sys/timex.h>

#include <cerrno>
#include <vector>

#include "addon/io/clock_adjustment.h"
#include "addon/test/fake_driver.h"

using namespace ptpswitch;

namespace {

class FakeKernel final : public io::DriverCalls {
 public:
  int ioctl(int, unsigned long, void*) override { return -1; }
  int set_timestamping_by_netlink(const std::string&, int, int) override { return EOPNOTSUPP; }
  int adjust_clock(clockid_t clock, timex* request) override {
    CHECK(clock == CLOCK_REALTIME);
    if (refusal != 0 && request->modes != 0) {
      errno = refusal;
      return -1;
    }
    if (request->modes != 0) modes.push_back(request->modes);
    if ((request->modes & ADJ_STATUS) != 0) state.status = request->status;
    if ((request->modes & ADJ_MAXERROR) != 0) state.maxerror = request->maxerror;
    if ((request->modes & ADJ_ESTERROR) != 0) state.esterror = request->esterror;
    if ((request->modes & ADJ_FREQUENCY) != 0) state.freq = request->freq;
    if ((request->modes & ADJ_TAI) != 0) state.tai = static_cast<int>(request->constant);
    *request = state;
    return time_state;
  }
  timex state{};
  int time_state = TIME_OK;
  int refusal = 0;
  std::vector<unsigned> modes;
};

io::KernelClockState read(FakeKernel& kernel) {
  return std::get<io::KernelClockState>(io::read_kernel_clock(kernel));
}

}  // namespace

TEST_CASE("the state of CLOCK_REALTIME is read, and nothing is set by it") {
  FakeKernel kernel;
  kernel.state.status = STA_UNSYNC;
  kernel.state.maxerror = 16'000'000;
  CHECK_FALSE(read(kernel).synchronised);
  CHECK(read(kernel).tai_offset == 0);
  CHECK(read(kernel).max_error_us == 16'000'000);
  kernel.state.status = STA_PLL | STA_INS;
  kernel.state.tai = 37;
  CHECK(read(kernel).synchronised);
  CHECK(read(kernel).tai_offset == 37);
  CHECK(read(kernel).leap_second == io::LeapSecond::kInsert);
  kernel.state.status = STA_DEL;
  CHECK(read(kernel).leap_second == io::LeapSecond::kDelete);
  CHECK(kernel.modes.empty());
}

TEST_CASE(
    "a leap second that has been is none that is to come, though nobody has cleared its flag") {
  FakeKernel kernel;
  kernel.state.status = STA_INS;
  for (const int time_state : {TIME_OOP, TIME_WAIT}) {
    kernel.time_state = time_state;
    CHECK(read(kernel).leap_second == io::LeapSecond::kNone);
  }
  kernel.time_state = TIME_INS;
  CHECK(read(kernel).leap_second == io::LeapSecond::kInsert);
}

TEST_CASE("what is left out of a change stays as it is, and what is so already is not told again") {
  FakeKernel kernel;
  kernel.state.status = STA_PLL | STA_UNSYNC;
  CHECK_FALSE(io::change_kernel_clock({.leap_second = io::LeapSecond::kInsert}, kernel));
  CHECK(kernel.state.status == (STA_PLL | STA_UNSYNC | STA_INS));
  CHECK_FALSE(io::change_kernel_clock(
      {.synchronised = true, .max_error_us = 70, .estimated_error_us = 3}, kernel));
  CHECK(kernel.state.status == (STA_PLL | STA_INS));
  CHECK(kernel.state.maxerror == 70);
  CHECK(kernel.state.esterror == 3);
  CHECK_FALSE(io::change_kernel_clock({.leap_second = io::LeapSecond::kDelete}, kernel));
  CHECK(kernel.state.status == (STA_PLL | STA_DEL));
  kernel.modes.clear();
  CHECK_FALSE(io::change_kernel_clock(
      {.tai_offset = 0, .synchronised = true, .leap_second = io::LeapSecond::kDelete}, kernel));
  CHECK(kernel.modes.empty());
}

// The kernel has one member for the TAI offset and for the time constant of its own loop.
TEST_CASE("the TAI offset is told alone") {
  FakeKernel kernel;
  CHECK_FALSE(io::change_kernel_clock({.tai_offset = 37, .synchronised = false}, kernel));
  CHECK(kernel.state.tai == 37);
  CHECK(kernel.modes == std::vector<unsigned>{ADJ_TAI, ADJ_STATUS});
}

TEST_CASE("a refusal is told with the remedy") {
  FakeKernel kernel;
  kernel.refusal = EPERM;
  CHECK(io::change_kernel_clock({.tai_offset = 37}, kernel).value().message ==
        "CLOCK_REALTIME: its state cannot be changed: Operation not permitted (errno 1); run as "
        "root, or grant CAP_SYS_TIME");
}

TEST_CASE("a rate that the kernel would cut down is refused as a whole") {
  FakeKernel kernel;
  kernel.state.freq = 490 * 65536;
  const auto adjust = [&](double rate_change) {
    return io::adjust_clock(CLOCK_REALTIME, "CLOCK_REALTIME",
                            {.step_ns = 0, .rate_change = rate_change}, kernel);
  };
  CHECK_FALSE(adjust(10e-6));
  CHECK(kernel.state.freq == 500 * 65536);
  CHECK(std::string(adjust(1e-6).value().code) == "ERR_OUT_OF_RANGE");
  CHECK(adjust(-1'001e-6).value().message.find("further off than it can be slewed by") !=
        std::string::npos);
  CHECK(kernel.state.freq == 500 * 65536);
  CHECK_FALSE(adjust(-1'000e-6));
  CHECK(kernel.state.freq == -500 * 65536);
}
