#include "addon/io/ptp_filter.h"

#include <cstdint>

#include "addon/wire/message.h"

namespace ptpswitch::io {
namespace {

constexpr uint32_t kAcceptWhole = UINT32_MAX;
constexpr uint8_t kProtocolUdp = 17;
// RFC 8200, 4: extension headers that tell their length and what follows them.
constexpr uint8_t kIpv6Extensions[] = {0, 43, 60};
constexpr uint8_t kIpv6Fragment = 44;

// Jumps are forward only and by relative distance: the program is put together back to front, so
// that every target is known as its distance from the end.
class BackwardsAssembler {
 public:
  // Prepends an instruction; the result is its distance from the end, a jump target for what comes
  // before it.
  size_t instruction(uint16_t code, uint32_t k) { return prepend(BPF_STMT(code, k)); }
  size_t jump_if(uint16_t test, uint32_t k, size_t then, size_t otherwise) {
    return prepend(BPF_JUMP(static_cast<uint16_t>(BPF_JMP | test | BPF_K), k, distance(then),
                            distance(otherwise)));
  }
  std::vector<sock_filter> program() const { return {reversed_.rbegin(), reversed_.rend()}; }

 private:
  size_t prepend(sock_filter instruction) {
    reversed_.push_back(instruction);
    return reversed_.size();
  }
  // From the instruction about to be prepended to the one that is `target` from the end.
  uint8_t distance(size_t target) const { return static_cast<uint8_t>(reversed_.size() - target); }

  std::vector<sock_filter> reversed_;
};

}  // namespace

std::vector<sock_filter> ptp_filter() {
  using wire::kEtherTypeCustomerVlan, wire::kEtherTypeIpv4, wire::kEtherTypeIpv6,
      wire::kEtherTypePtp, wire::kEtherTypeServiceVlan, wire::kEventPort, wire::kGeneralPort;

  BackwardsAssembler program;
  const size_t accept = program.instruction(BPF_RET | BPF_K, kAcceptWhole);
  const size_t reject = program.instruction(BPF_RET | BPF_K, 0);
  // Prepends the end of a path: the UDP destination port has just been loaded.
  const auto decide_by_port = [&] {
    const size_t general = program.jump_if(BPF_JEQ, kGeneralPort, accept, reject);
    program.jump_if(BPF_JEQ, kEventPort, accept, general);
  };

  size_t inner_tag = accept;  // three tags: the parser counts them as malformed
  for (int tags = 2; tags >= 0; --tags) {
    const uint32_t ether_type = 12 + 4 * static_cast<uint32_t>(tags);
    const uint32_t ip = ether_type + 2;
    const uint32_t behind_ipv6 = ip + 40;

    decide_by_port();
    const size_t udp6 = program.instruction(BPF_LD | BPF_H | BPF_ABS, behind_ipv6 + 2);

    // Only a first fragment shows its port.
    decide_by_port();
    size_t fragment = program.instruction(BPF_LD | BPF_H | BPF_ABS, behind_ipv6 + 8 + 2);
    fragment = program.jump_if(BPF_JSET, 0xFFF8, reject, fragment);
    fragment = program.instruction(BPF_LD | BPF_H | BPF_ABS, behind_ipv6 + 2);
    fragment = program.jump_if(BPF_JEQ, kProtocolUdp, fragment, reject);
    fragment = program.instruction(BPF_LD | BPF_B | BPF_ABS, behind_ipv6);

    // One extension header is stepped over, because much ordinary traffic has one: MLD, SRv6. What
    // follows a second one is for the parser to find out.
    decide_by_port();
    program.instruction(BPF_LD | BPF_H | BPF_IND, behind_ipv6 + 8 + 2);
    program.instruction(BPF_MISC | BPF_TAX, 0);
    program.instruction(BPF_ALU | BPF_LSH | BPF_K, 3);  // it counts 8 octets beyond the first 8
    const size_t step_over = program.instruction(BPF_LD | BPF_B | BPF_ABS, behind_ipv6 + 1);
    size_t extension = program.jump_if(BPF_JEQ, kIpv6Fragment, accept, reject);
    for (const uint8_t header : kIpv6Extensions) {
      extension = program.jump_if(BPF_JEQ, header, accept, extension);
    }
    extension = program.jump_if(BPF_JEQ, kProtocolUdp, step_over, extension);
    extension = program.instruction(BPF_LD | BPF_B | BPF_ABS, behind_ipv6);

    size_t ipv6 = program.jump_if(BPF_JEQ, kIpv6Fragment, fragment, reject);
    for (const uint8_t header : kIpv6Extensions) {
      ipv6 = program.jump_if(BPF_JEQ, header, extension, ipv6);
    }
    ipv6 = program.jump_if(BPF_JEQ, kProtocolUdp, udp6, ipv6);
    ipv6 = program.instruction(BPF_LD | BPF_B | BPF_ABS, ip + 6);

    decide_by_port();
    program.instruction(BPF_LD | BPF_H | BPF_IND, ip + 2);
    size_t ipv4 = program.instruction(BPF_LDX | BPF_B | BPF_MSH, ip);
    ipv4 = program.jump_if(BPF_JSET, 0x1FFF, reject, ipv4);  // not a first fragment
    ipv4 = program.instruction(BPF_LD | BPF_H | BPF_ABS, ip + 6);
    ipv4 = program.jump_if(BPF_JEQ, kProtocolUdp, ipv4, reject);
    ipv4 = program.instruction(BPF_LD | BPF_B | BPF_ABS, ip + 9);

    size_t start = program.jump_if(BPF_JEQ, kEtherTypeCustomerVlan, inner_tag, reject);
    start = program.jump_if(BPF_JEQ, kEtherTypeServiceVlan, inner_tag, start);
    start = program.jump_if(BPF_JEQ, kEtherTypeIpv6, ipv6, start);
    start = program.jump_if(BPF_JEQ, kEtherTypeIpv4, ipv4, start);
    start = program.jump_if(BPF_JEQ, kEtherTypePtp, accept, start);
    inner_tag = program.instruction(BPF_LD | BPF_H | BPF_ABS, ether_type);
  }
  return program.program();
}

}  // namespace ptpswitch::io
