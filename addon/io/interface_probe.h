// What the kernel says of a network interface: link, driver, time stamping capabilities and the
// mode set now (ETHTOOL_GDRVINFO, ETHTOOL_GET_TS_INFO, SIOCGHWTSTAMP).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ptpswitch::io {

struct HardwareTimestampConfig {
  int transmit_type = 0;   // HWTSTAMP_TX_*
  int receive_filter = 0;  // HWTSTAMP_FILTER_*
  bool operator==(const HardwareTimestampConfig&) const = default;
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

  bool can_hardware() const;  // both ways, and a clock to read
  bool can_software() const;
};

InterfaceProbe probe_interface(const std::string& name);

// As `ethtool -T` writes them.
std::vector<std::string> transmit_type_names(uint32_t bits);
std::vector<std::string> receive_filter_names(uint32_t bits);

// Sets the mode; `config` becomes what the driver made of it. An errno, 0 when it worked.
int set_hardware_timestamping(const std::string& name, HardwareTimestampConfig& config);

}  // namespace ptpswitch::io
