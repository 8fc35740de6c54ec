#include "addon/io/timestamping_netlink.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <vector>

#include "addon/io/file_descriptor.h"

namespace ptpswitch::io {
namespace {

// From linux/ethtool_netlink.h, which on most systems is too old to have these.
constexpr uint8_t kEthtoolGenlVersion = 1;
constexpr uint8_t kTsconfigSet = 47;  // ETHTOOL_MSG_TSCONFIG_SET
constexpr uint16_t kTsconfigHeader = 1;
constexpr uint16_t kTsconfigTransmitTypes = 3;
constexpr uint16_t kTsconfigReceiveFilters = 4;
constexpr uint16_t kHeaderDeviceName = 2;
constexpr uint16_t kBitsetNoMask = 1;
constexpr uint16_t kBitsetSize = 2;
constexpr uint16_t kBitsetValue = 4;

// How many HWTSTAMP_TX_* and HWTSTAMP_FILTER_* modes there are: the sizes of the bitsets that name
// one.
constexpr uint32_t kTransmitTypes = 4;
constexpr uint32_t kReceiveFilters = 16;

class Request {
 public:
  Request(uint16_t type, uint8_t command, uint8_t version) {
    put(nlmsghdr{.nlmsg_len = 0,
                 .nlmsg_type = type,
                 .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
                 .nlmsg_seq = 1,
                 .nlmsg_pid = 0});
    put(genlmsghdr{.cmd = command, .version = version, .reserved = 0});
  }
  void add_string(uint16_t type, const std::string& value) {
    add(type, value.c_str(), value.size() + 1);
  }
  void add_number(uint16_t type, uint32_t value) { add(type, &value, sizeof value); }
  void add_flag(uint16_t type) { add(type, nullptr, 0); }
  void add_nested(uint16_t type, const std::function<void()>& content) {
    const size_t start = bytes_.size();
    add(type | NLA_F_NESTED, nullptr, 0);
    content();
    const auto length = static_cast<uint16_t>(bytes_.size() - start);
    std::memcpy(bytes_.data() + start, &length, sizeof length);
  }
  // A bitset with one bit set.
  void add_choice(uint16_t type, uint32_t size, int choice) {
    add_nested(type, [&] {
      add_flag(kBitsetNoMask);
      add_number(kBitsetSize, size);
      add_number(kBitsetValue, 1u << choice);
    });
  }
  const std::vector<uint8_t>& finish() {
    const auto length = static_cast<uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &length, sizeof length);
    return bytes_;
  }

 private:
  template <typename T>
  void put(const T& value) {
    const auto* start = reinterpret_cast<const uint8_t*>(&value);
    bytes_.insert(bytes_.end(), start, start + sizeof value);
  }
  void add(uint16_t type, const void* data, size_t size) {
    put(nlattr{.nla_len = static_cast<uint16_t>(NLA_HDRLEN + size), .nla_type = type});
    const auto* start = static_cast<const uint8_t*>(data);
    if (size != 0) bytes_.insert(bytes_.end(), start, start + size);
    bytes_.resize(NLA_ALIGN(bytes_.size()));
  }

  std::vector<uint8_t> bytes_;
};

// Sends a request and reads up to its acknowledgement; what comes before that is given to `reply`.
// Returns 0 or an errno.
int transact(
    int fd, Request& request,
    const std::function<void(const nlmsghdr*)>& reply = [](const nlmsghdr*) {}) {
  const std::vector<uint8_t>& bytes = request.finish();
  if (::send(fd, bytes.data(), bytes.size(), 0) < 0) return errno;
  alignas(nlmsghdr) char buffer[16384];
  for (;;) {
    const ssize_t received = ::recv(fd, buffer, sizeof buffer, 0);
    if (received < 0) return errno;
    auto remaining = static_cast<unsigned>(received);
    for (auto* header = reinterpret_cast<nlmsghdr*>(buffer); NLMSG_OK(header, remaining);
         header = NLMSG_NEXT(header, remaining)) {
      if (header->nlmsg_type != NLMSG_ERROR) {
        reply(header);
        continue;
      }
      return -static_cast<const nlmsgerr*>(NLMSG_DATA(header))->error;
    }
  }
}

// 0 where the kernel has no ethtool over netlink.
uint16_t ethtool_family(int fd) {
  Request request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
  request.add_string(CTRL_ATTR_FAMILY_NAME, "ethtool");
  uint16_t family = 0;
  transact(fd, request, [&family](const nlmsghdr* header) {
    const auto* end = reinterpret_cast<const uint8_t*>(header) + header->nlmsg_len;
    const auto* at = reinterpret_cast<const uint8_t*>(header) + NLMSG_HDRLEN + GENL_HDRLEN;
    while (at + NLA_HDRLEN <= end) {
      nlattr attribute;
      std::memcpy(&attribute, at, sizeof attribute);
      if (attribute.nla_len < NLA_HDRLEN || at + attribute.nla_len > end) return;
      if (attribute.nla_type == CTRL_ATTR_FAMILY_ID) {
        std::memcpy(&family, at + NLA_HDRLEN, sizeof family);
      }
      at += NLA_ALIGN(attribute.nla_len);
    }
  });
  return family;
}

}  // namespace

int set_timestamping_by_netlink(const std::string& interface, int transmit_type,
                                int receive_filter) {
  const FileDescriptor fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC));
  if (!fd.valid()) return errno;
  const timeval timeout{.tv_sec = 1, .tv_usec = 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  const uint16_t family = ethtool_family(fd.get());
  if (family == 0) return EOPNOTSUPP;
  Request request(family, kTsconfigSet, kEthtoolGenlVersion);
  request.add_nested(kTsconfigHeader, [&] { request.add_string(kHeaderDeviceName, interface); });
  request.add_choice(kTsconfigTransmitTypes, kTransmitTypes, transmit_type);
  request.add_choice(kTsconfigReceiveFilters, kReceiveFilters, receive_filter);
  return transact(fd.get(), request);
}

}  // namespace ptpswitch::io
