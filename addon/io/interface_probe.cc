#include "addon/io/interface_probe.h"

#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "addon/io/file_descriptor.h"

namespace ptpswitch::io {
namespace {

constexpr std::array<std::string_view, 4> kTransmitTypes = {"off", "on", "onestep-sync",
                                                            "onestep-p2p"};
constexpr std::array<std::string_view, 16> kReceiveFilters = {
    "none",           "all",           "some",
    "ptpv1-l4-event", "ptpv1-l4-sync", "ptpv1-l4-delay-req",
    "ptpv2-l4-event", "ptpv2-l4-sync", "ptpv2-l4-delay-req",
    "ptpv2-l2-event", "ptpv2-l2-sync", "ptpv2-l2-delay-req",
    "ptpv2-event",    "ptpv2-sync",    "ptpv2-delay-req",
    "ntp-all"};

template <size_t N>
std::vector<std::string> names_of(const std::array<std::string_view, N>& names, uint32_t bits) {
  std::vector<std::string> result;
  for (size_t i = 0; i < N; ++i) {
    if (bits & (1u << i)) result.emplace_back(names[i]);
  }
  return result;
}

FileDescriptor control_socket() {
  return FileDescriptor(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

ifreq request_for(const std::string& name) {
  ifreq request{};
  std::strncpy(request.ifr_name, name.c_str(), IFNAMSIZ - 1);
  return request;
}

template <typename Command>
bool ethtool(int fd, const std::string& name, Command& command) {
  ifreq request = request_for(name);
  request.ifr_data = reinterpret_cast<char*>(&command);
  return ::ioctl(fd, SIOCETHTOOL, &request) == 0;
}

int speed_of(int fd, const std::string& name) {
  ethtool_cmd command{};
  command.cmd = ETHTOOL_GSET;
  if (!ethtool(fd, name, command)) return -1;
  const uint32_t speed = ethtool_cmd_speed(&command);
  return speed == static_cast<uint32_t>(SPEED_UNKNOWN) || speed == UINT16_MAX
             ? -1
             : static_cast<int>(speed);
}

}  // namespace

bool InterfaceProbe::can_hardware() const {
  constexpr uint32_t kNeeded =
      SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
  return (capabilities & kNeeded) == kNeeded && phc_index >= 0 &&
         (transmit_types & (1u << HWTSTAMP_TX_ON)) != 0;
}

bool InterfaceProbe::can_software() const {
  constexpr uint32_t kNeeded = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE;
  return (capabilities & kNeeded) == kNeeded;
}

InterfaceProbe probe_interface(const std::string& name) {
  InterfaceProbe probe;
  probe.name = name;
  if (name.empty() || name.size() >= IFNAMSIZ) return probe;
  const FileDescriptor fd = control_socket();
  ifreq request = request_for(name);
  if (::ioctl(fd.get(), SIOCGIFINDEX, &request) != 0) return probe;
  probe.exists = true;
  probe.index = request.ifr_ifindex;

  request = request_for(name);
  if (::ioctl(fd.get(), SIOCGIFFLAGS, &request) == 0) {
    probe.up = (request.ifr_flags & IFF_UP) != 0;
    probe.running = probe.up && (request.ifr_flags & IFF_RUNNING) != 0;
    probe.loopback = (request.ifr_flags & IFF_LOOPBACK) != 0;
  }
  request = request_for(name);
  if (::ioctl(fd.get(), SIOCGIFHWADDR, &request) == 0) {
    probe.ethernet = request.ifr_hwaddr.sa_family == ARPHRD_ETHER;
    const auto* mac = reinterpret_cast<const uint8_t*>(request.ifr_hwaddr.sa_data);
    char text[18];
    std::snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
                  mac[3], mac[4], mac[5]);
    probe.mac = text;
  }

  ethtool_drvinfo driver{};
  driver.cmd = ETHTOOL_GDRVINFO;
  if (ethtool(fd.get(), name, driver)) probe.driver = driver.driver;
  probe.speed_mbps = speed_of(fd.get(), name);

  ethtool_ts_info info{};
  info.cmd = ETHTOOL_GET_TS_INFO;
  if (ethtool(fd.get(), name, info)) {
    probe.phc_index = info.phc_index;
    probe.capabilities = info.so_timestamping;
    probe.transmit_types = info.tx_types;
    probe.receive_filters = info.rx_filters;
  }
  hwtstamp_config config{};
  request = request_for(name);
  request.ifr_data = reinterpret_cast<char*>(&config);
  if (::ioctl(fd.get(), SIOCGHWTSTAMP, &request) == 0) {
    probe.current = HardwareTimestampConfig{config.tx_type, config.rx_filter};
  }
  return probe;
}

std::vector<std::string> transmit_type_names(uint32_t bits) {
  return names_of(kTransmitTypes, bits);
}

std::vector<std::string> receive_filter_names(uint32_t bits) {
  return names_of(kReceiveFilters, bits);
}

int set_hardware_timestamping(const std::string& name, HardwareTimestampConfig& config) {
  const FileDescriptor fd = control_socket();
  hwtstamp_config wire{};
  wire.tx_type = config.transmit_type;
  wire.rx_filter = config.receive_filter;
  ifreq request = request_for(name);
  request.ifr_data = reinterpret_cast<char*>(&wire);
  if (::ioctl(fd.get(), SIOCSHWTSTAMP, &request) != 0) return errno;
  config = {wire.tx_type, wire.rx_filter};
  return 0;
}

}  // namespace ptpswitch::io
