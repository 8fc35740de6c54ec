// The PTP frames of the load generator: built from templates, recognized on receipt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace bench {

enum class Transport { kL2, kUdp4 };

// messageType, table 36 of IEEE 1588-2019.
enum class MessageType : uint8_t {
  kSync = 0x0,
  kDelayReq = 0x1,
  kFollowUp = 0x8,
  kDelayResp = 0x9
};

// What a frame is sent for; an octet of the clock identity that no clock changes.
enum class Stream : uint8_t { kPairs = 1, kExchanges = 2, kBackground = 3, kClients = 4 };

constexpr size_t kMaxFrameSize = 128;

struct Frame {
  uint8_t bytes[kMaxFrameSize];
  size_t size;
  size_t ptp_offset;
};

// What the rig needs to know of a received frame.
struct Message {
  MessageType type;
  Stream stream;
  uint16_t identity;  // portNumber of the sender, or of the requester in a Delay_Resp
  uint16_t sequence_id;
  uint32_t index;         // running number within the stream
  int64_t correction_ns;  // correctionField in whole nanoseconds
  const uint8_t* ptp;     // the PTP header
};

class FrameFactory {
 public:
  // `run_tag` goes into every clock identity, so that frames left over from an earlier run are not
  // counted.
  FrameFactory(Transport transport, uint32_t run_tag) : transport_(transport), run_tag_(run_tag) {}

  // A message of `stream` number `index`, which travels in the time stamp field that all four types
  // have.
  void Build(MessageType type, Stream stream, uint16_t identity, uint16_t sequence_id,
             uint32_t index, Frame* frame) const;

  // The answer to a Delay_Req, with its correctionField taken over (11.3.2).
  void BuildDelayResp(const Message& request, Frame* frame) const;

  // Nothing unless it is a frame of this very run.
  std::optional<Message> Parse(std::span<const uint8_t> frame) const;

 private:
  const Transport transport_;
  const uint32_t run_tag_;
};

}  // namespace bench
