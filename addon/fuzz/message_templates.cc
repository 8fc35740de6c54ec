#include "addon/fuzz/message_templates.h"

#include "addon/fuzz/requirement.h"
#include "addon/test/encapsulations.h"
#include "addon/test/packet_builder.h"

namespace ptpswitch::fuzz {
namespace {

using test::Bytes;

constexpr uint8_t kFromSlave = 0x10;
constexpr uint8_t kStranger = 0x20;
constexpr uint8_t kGptp = 0x10;
constexpr uint8_t kTwoStep = 0x20;

struct Template {
  Bytes frame;
  uint16_t ptp_offset;
};

// By encapsulation, type and direction.
const std::vector<Template>& templates() {
  static const std::vector<Template> all = [] {
    std::vector<Template> made;
    for (const test::Encapsulation& encapsulation : test::encapsulations()) {
      for (const wire::MessageType type : test::kAllTypes) {
        for (const bool from_slave : {false, true}) {
          const test::Host master{1}, slave{2};
          Bytes frame =
              encapsulation.message(type, from_slave ? slave : master, from_slave ? master : slave)
                  .build();
          wire::FrameView view;
          const auto length = static_cast<uint16_t>(frame.size());
          require(wire::parse_frame(frame.data(), length, false, view).verdict ==
                      wire::ParseVerdict::kPtp,
                  "the tests' builder makes PTP");
          made.push_back({frame, view.ptp_offset});
        }
      }
    }
    return made;
  }();
  return all;
}

}  // namespace

void read_message(ScriptReader& script, std::vector<uint8_t>& frame) {
  const uint8_t encapsulation = script.octet();
  const uint8_t kind = script.octet();
  const uint8_t fields = script.octet();
  const size_t carrier = encapsulation % (templates().size() / kTypes / 2);
  const size_t type = (kind & 0x0F) % kTypes;
  const Template& chosen =
      templates()[(carrier * kTypes + type) * 2 + ((kind & kFromSlave) != 0 ? 1 : 0)];
  frame = chosen.frame;
  uint8_t* const message = frame.data() + chosen.ptp_offset;
  if (kind & kStranger) {
    frame[11] = 7;
    message[wire::kSourcePortIdentityOffset + 7] = 7;
  }
  message[wire::kSequenceIdOffset + 1] = fields & 0x3;
  message[wire::kDomainNumberOffset] = fields >> 2 & 0x3;
  if (fields & kGptp) message[0] |= 0x10;
  if (fields & kTwoStep) {
    message[wire::kFlagFieldOffset] |= 0x02;
  } else {
    message[wire::kFlagFieldOffset] &= 0xFD;
  }
}

void write_message(const MessageWords& words, std::vector<uint32_t>& octets) {
  octets.push_back(words.encapsulation);
  octets.push_back(words.type | (words.from_slave ? kFromSlave : 0u) |
                   (words.stranger ? kStranger : 0u));
  octets.push_back(words.sequence | words.domain << 2 | (words.gptp ? kGptp : 0u) |
                   (words.two_step ? kTwoStep : 0u));
}

}  // namespace ptpswitch::fuzz
