#include "addon/io/link_monitor.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <cerrno>

namespace ptpswitch::io {

std::variant<std::unique_ptr<InterfaceEvents>, Error> LinkMonitor::open() {
  FileDescriptor fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK;
  if (!fd.valid() ||
      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return Error{kErrSystem, describe_errno("watching the network interfaces", errno)};
  }
  return std::unique_ptr<InterfaceEvents>(new LinkMonitor(std::move(fd)));
}

void LinkMonitor::read(const std::function<void(int, const std::string&)>& changed) {
  alignas(nlmsghdr) char buffer[16384];
  for (;;) {
    const ssize_t received = ::recv(fd_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (received < 0 && errno == ENOBUFS) {
      changed(0, "");
      continue;
    }
    if (received <= 0) return;
    auto remaining = static_cast<unsigned>(received);
    for (auto* header = reinterpret_cast<nlmsghdr*>(buffer); NLMSG_OK(header, remaining);
         header = NLMSG_NEXT(header, remaining)) {
      if (header->nlmsg_type != RTM_NEWLINK && header->nlmsg_type != RTM_DELLINK) continue;
      auto* info = static_cast<ifinfomsg*>(NLMSG_DATA(header));
      auto length = static_cast<unsigned>(IFLA_PAYLOAD(header));
      for (auto* attribute = IFLA_RTA(info); RTA_OK(attribute, length);
           attribute = RTA_NEXT(attribute, length)) {
        if (attribute->rta_type == IFLA_IFNAME) {
          changed(info->ifi_index, static_cast<const char*>(RTA_DATA(attribute)));
        }
      }
    }
  }
}

}  // namespace ptpswitch::io
