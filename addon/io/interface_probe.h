// Asks the kernel about a network interface: link, driver, time stamping capabilities, the mode set
// now, and what else affects time stamps (ETHTOOL_GDRVINFO, ETHTOOL_GET_TS_INFO,
// SIOCGHWTSTAMP, ETHTOOL_GCOALESCE, ETHTOOL_GEEE).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "addon/io/driver_calls.h"

namespace ptpswitch::io {

struct HardwareTimestampConfig {
  int transmit_type = 0;   // HWTSTAMP_TX_*
  int receive_filter = 0;  // HWTSTAMP_FILTER_*
  bool operator==(const HardwareTimestampConfig&) const = default;
};

// Interrupt coalescing: the NIC delays the interrupt of a received frame, so that more frames share
// it.
struct Coalescing {
  uint32_t receive_usecs = 0;     // the longest delay
  bool adaptive_receive = false;  // the driver chooses the delay
};

// Energy-Efficient Ethernet (802.3az): the link sleeps between frames.
struct EnergyEfficiency {
  bool enabled = false;
  bool active = false;  // the peer has agreed
};

struct InterfaceProbe {
  std::string name;
  bool exists = false;
  int index = 0;
  std::string mac;       // "02:00:00:00:00:01"
  bool up = false;       // IFF_UP
  bool running = false;  // IFF_RUNNING: carrier
  bool ethernet = false;
  bool loopback = false;
  int speed_mbps = -1;
  std::string driver;
  int phc_index = -1;
  uint32_t capabilities = 0;     // SOF_TIMESTAMPING_*
  uint32_t transmit_types = 0;   // bit per HWTSTAMP_TX_*
  uint32_t receive_filters = 0;  // bit per HWTSTAMP_FILTER_*
  std::optional<HardwareTimestampConfig> current;
  // None where the driver does not say.
  std::optional<Coalescing> coalescing;
  std::optional<EnergyEfficiency> energy_efficiency;

  // Why hardware time stamps cannot be used; empty when they can be used: in both directions, for
  // the event messages of every transport, and of a clock that can be read.
  std::string hardware_obstacle() const;
};

InterfaceProbe probe_interface(const std::string& name, DriverCalls& calls = driver_calls());

// Of these, one alone: 0 when there is no such interface, none when its driver does not tell.
int interface_index(const std::string& name, DriverCalls& calls = driver_calls());
std::optional<HardwareTimestampConfig> hardware_timestamping_mode(
    const std::string& name, DriverCalls& calls = driver_calls());

// As `ethtool -T` writes them.
std::vector<std::string> transmit_type_names(uint32_t bits);
std::vector<std::string> receive_filter_names(uint32_t bits);

// Sets the mode; `config` becomes what the driver has granted. Returns 0 or an errno.
int set_hardware_timestamping(const std::string& name, HardwareTimestampConfig& config,
                              DriverCalls& calls = driver_calls());

}  // namespace ptpswitch::io
