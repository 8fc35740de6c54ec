// Finding and turning off what merges received packets. The fake answers as the kernel's ethtool
// does, with features beyond the first word of 32.
#include "addon/io/offload_features.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>

#include <cerrno>
#include <cstring>
#include <set>
#include <string>

#include "addon/test/packet_builder.h"

using namespace ptpswitch;

namespace {

constexpr int kIndex = 7;
const std::vector<std::string> kUdpAndLro = {"rx-lro", "rx-udp-gro-forwarding"};

class FakeKernel final : public io::DriverCalls {
 public:
  std::string name = "eth1";
  bool exists = true;
  // By number.
  std::vector<std::string> features = std::vector<std::string>(70);
  std::set<std::string> on = {"rx-gro", "rx-lro", "rx-udp-gro-forwarding"};
  std::set<std::string> fixed;  // their driver does not let them be changed
  int set_errno = 0;
  bool without_features = false;  // a driver, or a kernel, that does not tell them
  int times_set = 0;

  FakeKernel() {
    features[14] = "rx-gro";
    features[15] = "rx-lro";
    features[41] = "rx-gro-list";
    features[63] = "rx-udp-gro-forwarding";
  }

  int ioctl(int, unsigned long request, void* argument) override {
    partly_set_ = false;
    errno = answer(request, *static_cast<ifreq*>(argument));
    if (errno != 0) return -1;
    return partly_set_ ? ETHTOOL_F_UNSUPPORTED : 0;  // as the kernel tells it
  }
  int set_timestamping_by_netlink(const std::string&, int, int) override { return EOPNOTSUPP; }
  int adjust_clock(clockid_t, timex*) override { return -1; }

 private:
  int answer(unsigned long request, ifreq& interface) {
    if (request == SIOCGIFNAME) {
      if (!exists || interface.ifr_ifindex != kIndex) return ENODEV;
      std::strcpy(interface.ifr_name, name.c_str());
      return 0;
    }
    if (!exists || interface.ifr_name != name) return ENODEV;
    if (request != SIOCETHTOOL || without_features) return EOPNOTSUPP;
    uint32_t command;
    std::memcpy(&command, interface.ifr_data, sizeof command);
    switch (command) {
      case ETHTOOL_GSSET_INFO: {
        auto& info = *reinterpret_cast<ethtool_sset_info*>(interface.ifr_data);
        CHECK(info.sset_mask == 1ull << ETH_SS_FEATURES);
        info.data[0] = static_cast<uint32_t>(features.size());
        return 0;
      }
      case ETHTOOL_GSTRINGS: {
        auto& strings = *reinterpret_cast<ethtool_gstrings*>(interface.ifr_data);
        CHECK(strings.len == features.size());
        for (size_t i = 0; i < features.size(); ++i) {
          std::memcpy(strings.data + i * ETH_GSTRING_LEN, features[i].data(), features[i].size());
        }
        return 0;
      }
      case ETHTOOL_GFEATURES: {
        auto& wanted = *reinterpret_cast<ethtool_gfeatures*>(interface.ifr_data);
        CHECK(wanted.size == 3);
        for (size_t i = 0; i < features.size(); ++i) {
          if (on.contains(features[i])) wanted.features[i / 32].active |= 1u << i % 32;
        }
        return 0;
      }
      case ETHTOOL_SFEATURES:
        return set(*reinterpret_cast<ethtool_sfeatures*>(interface.ifr_data));
      default:
        return EOPNOTSUPP;
    }
  }

  int set(const ethtool_sfeatures& wanted) {
    ++times_set;
    if (set_errno != 0) return set_errno;
    if (wanted.size != 3) return EINVAL;  // as the kernel has it
    for (size_t i = 0; i < features.size(); ++i) {
      const uint32_t flag = 1u << i % 32;
      if ((wanted.features[i / 32].valid & flag) == 0) continue;
      if (fixed.contains(features[i])) {
        partly_set_ = true;
        continue;
      }
      if ((wanted.features[i / 32].requested & flag) != 0) {
        on.insert(features[i]);
      } else {
        on.erase(features[i]);
      }
    }
    return 0;
  }

  bool partly_set_ = false;
};

}  // namespace

TEST_CASE("what merges packets of UDP is found; plain GRO does not") {
  FakeKernel kernel;
  CHECK(io::merge_offloads("eth1", kernel) == kUdpAndLro);
  kernel.on = {"rx-gro", "rx-gro-list"};
  CHECK(io::merge_offloads("eth1", kernel) == std::vector<std::string>{"rx-gro-list"});
  kernel.without_features = true;
  CHECK(io::merge_offloads("eth1", kernel).empty());
  CHECK(io::merge_offloads("none", kernel).empty());
}

TEST_CASE("what merges packets is off for a while, and then on again") {
  FakeKernel kernel;
  {
    const io::OffloadsOff off(kIndex, {}, kernel);
    CHECK(kernel.on == std::set<std::string>{"rx-gro"});
    CHECK(off.turned_off() == kUdpAndLro);
    CHECK(!off.problem());
  }
  CHECK(kernel.on == std::set<std::string>{"rx-gro", "rx-lro", "rx-udp-gro-forwarding"});
}

TEST_CASE("where nothing merges packets, nothing is set") {
  FakeKernel kernel;
  kernel.on = {"rx-gro"};
  {
    const io::OffloadsOff off(kIndex, {}, kernel);
    CHECK(off.turned_off().empty());
  }
  CHECK(kernel.times_set == 0);
}

TEST_CASE("what a killed switch has left off is turned on at the end") {
  FakeKernel kernel;
  kernel.on = {"rx-gro"};
  {
    const io::OffloadsOff off(kIndex, {"rx-gro-list"}, kernel);
    CHECK(off.turned_off() == std::vector<std::string>{"rx-gro-list"});
  }
  CHECK(kernel.on == std::set<std::string>{"rx-gro", "rx-gro-list"});
}

TEST_CASE("what cannot be turned off is told, and left alone at the end") {
  FakeKernel kernel;
  SUBCASE("the driver keeps it on") {
    kernel.fixed = {"rx-lro"};
    {
      const io::OffloadsOff off(kIndex, {}, kernel);
      CHECK(off.turned_off() == std::vector<std::string>{"rx-udp-gro-forwarding"});
      CHECK(off.problem()->find("rx-lro cannot be turned off (the driver keeps it on)") == 0);
    }
    CHECK(kernel.on.contains("rx-udp-gro-forwarding"));
  }
  SUBCASE("it is not permitted") {
    kernel.set_errno = EPERM;
    const io::OffloadsOff off(kIndex, {}, kernel);
    CHECK(off.turned_off().empty());
    CHECK(off.problem()->find("rx-lro, rx-udp-gro-forwarding cannot be turned off (ethtool: ") ==
          0);
  }
}

TEST_CASE("an interface that is renamed gets its features back; another one of its name does not") {
  FakeKernel kernel;
  SUBCASE("renamed") {
    {
      const io::OffloadsOff off(kIndex, {}, kernel);
      kernel.name = "eth9";
    }
    CHECK(kernel.on.contains("rx-lro"));
  }
  SUBCASE("gone") {
    {
      const io::OffloadsOff off(kIndex, {}, kernel);
      kernel.exists = false;
    }
    CHECK(!kernel.on.contains("rx-lro"));
  }
  SUBCASE("never there") {
    const io::OffloadsOff off(kIndex + 1, {}, kernel);
    CHECK(off.turned_off().empty());
    CHECK(!off.problem());
    CHECK(kernel.times_set == 0);
  }
}
