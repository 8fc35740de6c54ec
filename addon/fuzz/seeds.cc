// Writes inputs for both fuzz targets to begin with: `seeds DIRECTORY CAPTURE...`. They are
// messages of the tests' own builder, the exchanges of clause 11 through the switch, and the frames
// of captures (pcap files).
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>

#include "addon/fuzz/message_templates.h"
#include "addon/fuzz/requirement.h"
#include "addon/fuzz/script.h"
#include "addon/test/encapsulations.h"

namespace ptpswitch::fuzz {
namespace {

using test::Bytes;

class SeedWriter {
 public:
  explicit SeedWriter(std::filesystem::path directory) : directory_(std::move(directory)) {
    for (const char* target : {"parser", "forwarder"}) {
      std::filesystem::create_directories(directory_ / target);
    }
  }

  // A frame for the parser, behind its octet of options and its correction.
  void parser(const Bytes& frame, uint8_t options) {
    Bytes input{options, 0x12, 0x34};
    input.insert(input.end(), frame.begin(), frame.end());
    write("parser", input);
  }
  void forwarder(const ScriptWriter& script) { write("forwarder", script.octets()); }

 private:
  void write(const char* target, const Bytes& input) {
    const std::string name = "seed-" + std::to_string(++written_);
    std::ofstream file(directory_ / target / name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(input.data()),
               static_cast<std::streamsize>(input.size()));
    require(file.good(), "a seed can be written");
  }

  std::filesystem::path directory_;
  uint32_t written_ = 0;
};

// The frames of a pcap file, each of Ethernet.
std::vector<Bytes> frames_of(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const Bytes content((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto little_endian32 = [&](size_t at) {
    return static_cast<uint32_t>(content[at] | content[at + 1] << 8 | content[at + 2] << 16) |
           static_cast<uint32_t>(content[at + 3]) << 24;
  };
  constexpr size_t kFileHeader = 24, kFrameHeader = 16;
  std::vector<Bytes> frames;
  for (size_t at = kFileHeader; at + kFrameHeader <= content.size();) {
    const size_t length = little_endian32(at + 8);
    const size_t begin = at + kFrameHeader;
    if (begin + length > content.size()) break;
    frames.emplace_back(content.begin() + static_cast<std::ptrdiff_t>(begin),
                        content.begin() + static_cast<std::ptrdiff_t>(begin + length));
    at = begin + length;
  }
  require(!frames.empty(), "a capture has frames");
  return frames;
}

void write_messages(SeedWriter& seeds) {
  for (const test::Encapsulation& encapsulation : test::encapsulations()) {
    for (const wire::MessageType type : test::kAllTypes) {
      seeds.parser(encapsulation.message(type, test::Host{1}, test::Host{2}).build(), 3);
    }
  }
}

// Two-step and one-step Syncs, and both ways to measure a delay, between a master at port 0 and a
// slave at port 1, with what may befall them.
class Exchanges {
 public:
  Exchanges(ScriptWriter& script, uint32_t encapsulation, uint32_t domain, bool gptp)
      : script_(script), encapsulation_(encapsulation), domain_(domain), gptp_(gptp) {}

  void sync(uint32_t sequence, bool two_step) {
    message(0, 0, false, sequence, two_step);
    stamps();
    if (two_step) message(0, 4, false, sequence, false);
  }
  // The follow-up overtakes the time stamps of its Sync.
  void hurried_sync(uint32_t sequence) {
    message(0, 0, false, sequence, true);
    message(0, 4, false, sequence, false);
    stamps();
  }
  void delay(uint32_t sequence) {
    message(1, 1, true, sequence, false);
    stamps();
    message(0, 5, false, sequence, false);
  }
  void peer_delay(uint32_t sequence, bool two_step) {
    message(1, 2, true, sequence, false);
    stamps();
    message(0, 3, false, sequence, two_step);
    stamps();
    if (two_step) message(0, 6, false, sequence, false);
  }
  void others() {
    for (const uint32_t type : {7, 8, 9}) message(0, type, false, 1, false);
  }

 private:
  void stamps() { script_.add(Operation::kAdvance, 2).add(Operation::kStampAll, 1); }
  void message(uint32_t port, uint32_t type, bool from_slave, uint32_t sequence, bool two_step) {
    std::vector<uint32_t> octets;
    write_message({.encapsulation = encapsulation_,
                   .type = type,
                   .from_slave = from_slave,
                   .sequence = sequence,
                   .domain = domain_,
                   .gptp = gptp_,
                   .two_step = two_step},
                  octets);
    script_.add(Operation::kMessage, port, {octets[0], octets[1], octets[2]});
  }

  ScriptWriter& script_;
  uint32_t encapsulation_;
  uint32_t domain_;
  bool gptp_;
};

void run_all(Exchanges exchanges) {
  exchanges.sync(1, true);
  exchanges.hurried_sync(2);
  exchanges.sync(3, false);
  exchanges.delay(1);
  exchanges.peer_delay(1, true);
  exchanges.peer_delay(2, false);
  exchanges.others();
}

void write_exchanges(SeedWriter& seeds) {
  const auto encapsulations = static_cast<uint32_t>(test::encapsulations().size());
  for (uint32_t encapsulation = 0; encapsulation < encapsulations; ++encapsulation) {
    for (const uint8_t options : {0, kKernelCounts | kDriverAppends, +kBursts}) {
      ScriptWriter script(options);
      run_all(Exchanges(script, encapsulation, encapsulation & 1, options == kBursts));
      seeds.forwarder(script);
    }
    // Peer-to-peer with measured links, an ended domain, and a bridge with VLANs.
    for (const auto& [rules, bridge] :
         {std::pair{0x11, 0}, std::pair{0x22, 0}, std::pair{0x40, 0xB0}, std::pair{0, 7}}) {
      ScriptWriter script;
      script.add(Operation::kProgram, 0,
                 {static_cast<uint32_t>(rules), static_cast<uint32_t>(bridge)});
      run_all(Exchanges(script, encapsulation, 0, false));
      seeds.forwarder(script);
    }
  }
  for (const uint8_t options : {0, +kKernelCounts}) {
    ScriptWriter troubled(options);
    Exchanges exchanges(troubled, 0, 0, false);
    for (const uint32_t port : {0, 1, 2}) {
      troubled.add(Operation::kConfigure, port, {1});
      exchanges.hurried_sync(1);
      troubled.add(Operation::kFailSends, port | 8, {1});
      exchanges.sync(2, true);
      troubled.add(Operation::kSetClock, port, {3});
      exchanges.sync(3, true);
      troubled.add(Operation::kAdvance, 6);
      troubled.add(Operation::kLink, port).add(Operation::kLink, port | 8);
      exchanges.delay(1);
      troubled.add(Operation::kNewSocket, port).add(Operation::kLoseClock, port);
      troubled.add(Operation::kLoseClock, port | 8);
      exchanges.peer_delay(1, true);
      troubled.add(Operation::kRepeat, port).add(Operation::kSubmit, port | 8, {0, 0, 1});
    }
    seeds.forwarder(troubled);
  }
}

// One frame of each length and type for the parser; the whole talk, in parts, for the forwarder.
void write_capture(SeedWriter& seeds, const char* path) {
  constexpr size_t kFramesOfScript = 12;
  constexpr size_t kLongestRawFrame = 255;
  const std::vector<Bytes> frames = frames_of(path);
  std::map<std::pair<size_t, uint8_t>, bool> seen;
  ScriptWriter script;
  size_t in_script = 0;
  size_t scripts = 0;
  for (const Bytes& frame : frames) {
    if (frame.size() > 42 && !std::exchange(seen[{frame.size(), frame[42]}], true)) {
      seeds.parser(frame, 3);
    }
    if (frame.size() > kLongestRawFrame || scripts == 4) continue;
    script.raw_frame(frame[11] & 1, frame);
    script.add(Operation::kAdvance, 2).add(Operation::kStampAll, 1);
    if (++in_script < kFramesOfScript) continue;
    seeds.forwarder(script);
    script = ScriptWriter();
    in_script = 0;
    ++scripts;
  }
}

}  // namespace
}  // namespace ptpswitch::fuzz

int main(int arguments, char** argument) {
  if (arguments < 2) {
    std::fprintf(stderr, "usage: seeds DIRECTORY CAPTURE...\n");
    return 2;
  }
  ptpswitch::fuzz::SeedWriter seeds(argument[1]);
  ptpswitch::fuzz::write_messages(seeds);
  ptpswitch::fuzz::write_exchanges(seeds);
  for (int i = 2; i < arguments; ++i) ptpswitch::fuzz::write_capture(seeds, argument[i]);
  return 0;
}
