// Every way a PTP message travels: the transports, each untagged, tagged and double tagged,
// multicast and unicast, and the unusual but legal forms of their headers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "addon/test/packet_builder.h"

namespace ptpswitch::test {

struct Encapsulation {
  std::string name;
  bool unicast;
  std::function<void(PacketBuilder&)> apply;

  // A message of `type` from one host, to the other when this is unicast.
  PacketBuilder message(MessageType type, Host from, Host to) const {
    PacketBuilder builder(type);
    builder.from(from);
    if (unicast) builder.to(to);
    apply(builder);
    return builder;
  }
};

const std::vector<Encapsulation>& encapsulations();

}  // namespace ptpswitch::test
