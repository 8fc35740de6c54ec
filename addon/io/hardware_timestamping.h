// Puts one interface into hardware time stamping mode, and back into its former mode at the end.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "addon/io/error.h"
#include "addon/io/interface_probe.h"

namespace ptpswitch::io {

class HardwareTimestamping {
 public:
  // Asks for time stamps of every PTPv2 event message; a driver that stamps more than that is
  // accepted. `remembered` is the mode from before an earlier switch, which was killed. If the mode
  // that it left is still set, `remembered` is restored at the end instead of that one.
  static std::variant<std::unique_ptr<HardwareTimestamping>, Error> enable(
      const InterfaceProbe& probe, std::optional<HardwareTimestampConfig> remembered = {},
      DriverCalls& calls = driver_calls());
  HardwareTimestamping(const HardwareTimestamping&) = delete;
  HardwareTimestamping& operator=(const HardwareTimestamping&) = delete;
  ~HardwareTimestamping();

  // The mode that is restored at the end; none means off.
  const std::optional<HardwareTimestampConfig>& former() const { return former_; }
  // True when the mode is no longer the one that was set here.
  bool changed_by_others() const;
  void set_again();

 private:
  HardwareTimestamping(const InterfaceProbe& probe, std::optional<HardwareTimestampConfig> former,
                       HardwareTimestampConfig active, DriverCalls& calls)
      : interface_(probe.name),
        interface_index_(probe.index),
        former_(former),
        active_(active),
        calls_(calls) {}

  std::string interface_;
  int interface_index_;
  std::optional<HardwareTimestampConfig> former_;
  HardwareTimestampConfig active_;
  DriverCalls& calls_;
};

}  // namespace ptpswitch::io
