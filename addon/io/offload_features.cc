#include "addon/io/offload_features.h"

#include <linux/ethtool.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "addon/io/error.h"
#include "addon/io/interface_requests.h"

namespace ptpswitch::io {
namespace {

// The kernel's names of NETIF_F_GRO_UDP_FWD, NETIF_F_GRO_FRAGLIST and NETIF_F_LRO. Plain GRO merges
// UDP only for sockets that have asked for it, which ours have not.
constexpr std::array<std::string_view, 3> kMergeOffloads = {"rx-udp-gro-forwarding", "rx-gro-list",
                                                            "rx-lro"};

// Features are numbered up to this; the kernel has some 70.
constexpr uint32_t kMaxFeatures = 1'024;
constexpr uint32_t kFeaturesPerBlock = 32;
constexpr uint32_t kMaxBlocks = kMaxFeatures / kFeaturesPerBlock;

// The structures of ethtool end in an array whose length is the caller's.
struct SetInfo {
  uint32_t cmd;
  uint32_t reserved;
  uint64_t sets;  // asked for; then those that there are
  uint32_t length;
};
struct Strings {
  uint32_t cmd;
  uint32_t set;
  uint32_t length;
  char names[kMaxFeatures][ETH_GSTRING_LEN];
};
struct Features {
  uint32_t cmd;
  uint32_t blocks;
  ethtool_get_features_block block[kMaxBlocks];
};
struct WantedFeatures {
  uint32_t cmd;
  uint32_t blocks;
  ethtool_set_features_block block[kMaxBlocks];
};
static_assert(offsetof(SetInfo, length) == sizeof(ethtool_sset_info));
static_assert(offsetof(Strings, names) == sizeof(ethtool_gstrings));
static_assert(offsetof(Features, block) == sizeof(ethtool_gfeatures));
static_assert(offsetof(WantedFeatures, block) == sizeof(ethtool_sfeatures));

struct Feature {
  std::string name;
  uint32_t number;
  bool on;
};

// Those of kMergeOffloads that the kernel knows.
struct MergeFeatures {
  uint32_t blocks = 0;  // of all features
  std::vector<Feature> known;
};

MergeFeatures read_features(InterfaceRequests& requests) {
  SetInfo info{};
  info.sets = 1ull << ETH_SS_FEATURES;
  if (!requests.ethtool(ETHTOOL_GSSET_INFO, info) || info.sets == 0) return {};
  if (info.length > kMaxFeatures) return {};
  Strings strings{};
  strings.set = ETH_SS_FEATURES;
  strings.length = info.length;
  if (!requests.ethtool(ETHTOOL_GSTRINGS, strings)) return {};
  Features features{};
  features.blocks = (info.length + kFeaturesPerBlock - 1) / kFeaturesPerBlock;
  if (!requests.ethtool(ETHTOOL_GFEATURES, features)) return {};
  MergeFeatures result{features.blocks, {}};
  for (uint32_t number = 0; number < info.length; ++number) {
    const char* text = strings.names[number];
    const std::string_view name(text, ::strnlen(text, ETH_GSTRING_LEN));
    if (std::find(kMergeOffloads.begin(), kMergeOffloads.end(), name) == kMergeOffloads.end()) {
      continue;
    }
    const uint32_t active = features.block[number / kFeaturesPerBlock].active;
    const bool on = (active >> number % kFeaturesPerBlock & 1) != 0;
    result.known.push_back({std::string(name), number, on});
  }
  return result;
}

// Asks for it; what the driver makes of that is seen by reading the features again. `blocks`: as
// many as the kernel has. 0 or an errno.
int set_features(InterfaceRequests& requests, uint32_t blocks, const std::vector<uint32_t>& numbers,
                 bool on) {
  WantedFeatures wanted{};
  wanted.blocks = blocks;
  for (const uint32_t number : numbers) {
    ethtool_set_features_block& block = wanted.block[number / kFeaturesPerBlock];
    const uint32_t flag = 1u << number % kFeaturesPerBlock;
    block.valid |= flag;
    if (on) block.requested |= flag;
  }
  return requests.ethtool(ETHTOOL_SFEATURES, wanted) ? 0 : errno;
}

// What the interface of that index is called now; empty when it is gone.
std::string name_of(int interface_index, DriverCalls& calls) {
  const FileDescriptor fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  request.ifr_ifindex = interface_index;
  if (calls.ioctl(fd.get(), SIOCGIFNAME, &request) != 0) return "";
  return std::string(request.ifr_name, ::strnlen(request.ifr_name, IFNAMSIZ));
}

std::string list_of(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

}  // namespace

std::vector<std::string> merge_offloads(const std::string& interface, DriverCalls& calls) {
  InterfaceRequests requests(interface, calls);
  std::vector<std::string> names;
  for (const Feature& feature : read_features(requests).known) {
    if (feature.on) names.push_back(feature.name);
  }
  return names;
}

OffloadsOff::OffloadsOff(int interface_index, std::vector<std::string> remembered,
                         DriverCalls& calls)
    : interface_index_(interface_index), calls_(calls) {
  const std::string name = name_of(interface_index, calls);
  if (name.empty()) return;
  InterfaceRequests requests(name, calls);
  const MergeFeatures features = read_features(requests);
  std::vector<uint32_t> on;
  for (const Feature& feature : features.known) {
    const bool left_off =
        std::find(remembered.begin(), remembered.end(), feature.name) != remembered.end();
    if (feature.on) on.push_back(feature.number);
    if (feature.on || left_off) turned_off_.push_back(feature.name);
  }
  if (on.empty()) return;
  const int error = set_features(requests, features.blocks, on, false);
  const std::vector<std::string> still_on = merge_offloads(name, calls);
  if (still_on.empty()) return;
  for (const std::string& feature : still_on) std::erase(turned_off_, feature);
  const std::string why = error == 0 ? "the driver keeps it on" : describe_errno("ethtool", error);
  problem_ = list_of(still_on) + " cannot be turned off (" + why +
             "): messages over UDP that come close together may be merged, and are lost then";
}

OffloadsOff::~OffloadsOff() {
  if (turned_off_.empty()) return;
  const std::string name = name_of(interface_index_, calls_);
  if (name.empty()) return;  // the interface is gone: nothing to restore
  InterfaceRequests requests(name, calls_);
  const MergeFeatures features = read_features(requests);
  std::vector<uint32_t> numbers;
  for (const Feature& feature : features.known) {
    if (std::find(turned_off_.begin(), turned_off_.end(), feature.name) != turned_off_.end()) {
      numbers.push_back(feature.number);
    }
  }
  if (!numbers.empty()) set_features(requests, features.blocks, numbers, true);
}

}  // namespace ptpswitch::io
