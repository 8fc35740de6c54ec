// What tells a frame from the others in flight, in what the kernel hands back of it.
#include "addon/dataplane/transmit_ledger.h"
#include "addon/test/encapsulations.h"
#include "addon/test/packet_builder.h"

using namespace ptpswitch::dataplane;

TEST_CASE(
    "the signature tells frames apart by everything through the sequenceId, behind two tags and "
    "IPv6") {
  using ptpswitch::test::Bytes;
  const Bytes frame = ptpswitch::test::PacketBuilder(ptpswitch::wire::MessageType::kSync)
                          .over(ptpswitch::wire::Transport::kUdp6)
                          .tag(1)
                          .tag(2)
                          .build();
  const auto length = static_cast<uint32_t>(frame.size());
  const uint32_t sequence_end = 14 + 8 + 40 + 8 + 32;
  const uint64_t original = frame_signature(frame.data(), length);
  CHECK(frame_signature(frame.data(), length) == original);
  for (uint32_t at = 0; at < sequence_end; ++at) {
    Bytes changed = frame;
    changed[at] ^= 1;
    CAPTURE(at);
    CHECK(frame_signature(changed.data(), length) != original);
  }
  // What a driver puts behind it changes nothing.
  Bytes longer = frame;
  longer.resize(1'000, 0x55);
  CHECK(frame_signature(longer.data(), 1'000) == original);
}

TEST_CASE("the signature reaches through the sequenceId over every encapsulation, and no further") {
  using namespace ptpswitch::test;
  for (const Encapsulation& encapsulation : encapsulations()) {
    CAPTURE(encapsulation.name);
    const auto sync = [&](uint16_t sequence) {
      return encapsulation.message(MessageType::kSync, Host{1}, Host{2})
          .sequence(sequence)
          .udp_checksum(UdpChecksum::kZero)
          .build();
    };
    const auto signature_of = [](const Bytes& frame) {
      return frame_signature(frame.data(), static_cast<uint32_t>(frame.size())) &
             kSignatureWithoutTags;
    };
    CHECK(signature_of(sync(1)) != signature_of(sync(2)));
    Bytes changed = sync(1);
    changed.back() ^= 1;
    CHECK(signature_of(changed) == signature_of(sync(1)));
  }
}

TEST_CASE("the signature of a frame cut short anywhere is that of what is there") {
  using namespace ptpswitch::test;
  for (const Encapsulation& encapsulation : encapsulations()) {
    const Bytes whole = encapsulation.message(MessageType::kSync, Host{1}, Host{2}).build();
    for (size_t length = 0; length < whole.size(); ++length) {
      // Of exactly that size: AddressSanitizer sees what is read beyond it.
      ExactFrame cut(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
      frame_signature(cut.data(), cut.length());
    }
  }
}
