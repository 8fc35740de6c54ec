// Which transmit time stamp belongs to which frame, for one port. The kernel numbers the frames of
// a socket that asked for one (SOF_TIMESTAMPING_OPT_ID); time stamps come back with that number, in
// any order, or never. A failed send may or may not have used up a number, so where the kernel does
// the counting the numbers can run apart: then the frame that comes back with the time stamp tells
// which one it was, and the ledger counts from there.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "addon/dataplane/limits.h"

namespace ptpswitch::dataplane {

// What a time stamp is for: an exchange of the forwarder, or a frame that a clock of this box
// submitted.
struct TransmitTag {
  enum class Owner : uint8_t { kExchange, kClock };
  Owner owner = Owner::kExchange;
  uint32_t index = 0;              // exchange, or the clock's context
  uint32_t generation = 0;         // of the exchange
  uint32_t clock_epoch = 0;        // of the port's clock when the frame left, see ClockRelation
  uint32_t source = kClockSource;  // the ingress port of an exchange
};

class TransmitLedger {
 public:
  // `first_number` is 0 on a new socket.
  explicit TransmitLedger(uint32_t capacity, uint32_t first_number = 0);

  // Frames that can be entered before it is full.
  uint32_t room() const { return static_cast<uint32_t>(ring_.size()) - (next_ - oldest_); }
  uint32_t outstanding() const { return outstanding_; }
  // When the `rank`th newest outstanding frame was entered (1 is the newest); none when fewer than
  // `rank` of them were entered after `instant`.
  std::optional<int64_t> outstanding_after(int64_t instant, uint32_t rank);
  // The number that the next frame goes out with.
  uint32_t next_number() const { return next_; }

  // Enters a frame that was sent with next_number(). `signature` tells frames apart (see
  // frame_signature); it is looked at only where wants_signatures().
  void enter(const TransmitTag& tag, uint64_t signature, int64_t now);
  // The send with next_number() failed: the kernel may have counted it all the same.
  void send_failed() {
    failed_ = true;
    uncertain_from_ = next_;
  }

  // False once a time stamp has come with a number that the sender chose.
  bool wants_signatures() const { return !sender_chooses_numbers_; }

  struct Match {
    TransmitTag tag;
    bool resynchronised;
  };
  // Takes the entry that a time stamp belongs to; none for a frame that is not waited for (any
  // more). `signature` is that of the frame returned with the time stamp, none when the sender
  // chose the number and so cannot be wrong.
  std::optional<Match> match(uint32_t number, std::optional<uint64_t> signature);

  // Takes the oldest entry if it was entered before `before`; none otherwise.
  std::optional<TransmitTag> take_older_than(int64_t before);
  // When the oldest entry was entered; none when nothing is outstanding.
  std::optional<int64_t> oldest_entered();

  // The socket is new: its numbers start again at 0. What was outstanding must have been taken
  // before.
  void restart();

 private:
  struct Entry {
    TransmitTag tag;
    uint64_t signature = 0;
    int64_t entered = 0;
    uint32_t kernel_number = 0;  // if `certain`
    bool certain = false;        // false: the kernel may have counted a failed send before it
    bool waiting = false;
  };

  Entry& at(uint32_t number) { return ring_[number & mask_]; }
  bool in_flight(uint32_t number) const { return number - oldest_ < next_ - oldest_; }
  bool is_waiting(uint32_t number) { return in_flight(number) && at(number).waiting; }
  // The number of a frame that is waited for: the one that the kernel has certainly given that
  // number; or one that has that signature, as far as `mask` looks,
  // `first_guess` if that is one, else the oldest.
  std::optional<uint32_t> find_by_number(uint32_t kernel_number);
  std::optional<uint32_t> find_by_signature(uint32_t first_guess, uint64_t signature,
                                            uint64_t mask);
  void doubt_all();
  void count_on_from(uint32_t first);
  Match take(uint32_t ours, bool resynchronised);
  void drop_taken();

  std::vector<Entry> ring_;
  uint32_t mask_;
  uint32_t oldest_ = 0;
  uint32_t next_ = 0;
  uint32_t outstanding_ = 0;
  uint32_t ahead_ = 0;            // the kernel's number minus ours
  uint32_t counted_on_from_ = 0;  // that number was the first for which `ahead_` held
  // A send with this number has failed. The kernel's numbers may run ahead from here on, until a
  // time stamp of a later frame has matched.
  std::optional<uint32_t> uncertain_from_;
  bool failed_ = false;  // a send of this socket, ever
  bool sender_chooses_numbers_ = false;
  // Whether frames come back as they were sent, through the sequenceId, and with their VLAN tags;
  // none while that is not known.
  std::optional<bool> driver_keeps_frames_;
  std::optional<bool> driver_keeps_tags_;
};

// What tells a frame from the others in flight on its port: its beginning, through the sequenceId.
// What a driver adds behind that does not change it. What VLAN tags say is in the upper half, for a
// driver may have put in a tag, and then the lower half has to tell.
uint64_t frame_signature(const uint8_t* frame, uint32_t length);
inline constexpr uint64_t kSignatureWithoutTags = 0xFFFF'FFFF;

}  // namespace ptpswitch::dataplane
