#include "addon/io/ptp_filter.h"

#include <cstdint>

#include "addon/wire/message.h"

namespace ptpswitch::io {
namespace {

constexpr uint32_t kAcceptWhole = UINT32_MAX;
constexpr uint8_t kProtocolUdp = 17;
constexpr uint8_t kIpv6Extensions[] = {0, 43, 44, 60};  // RFC 8200, 4

// Jumps are forward only and by relative distance: the program is put together back to front, so
// that every target is known as its distance from the end.
class BackwardsAssembler {
 public:
  // Prepends an instruction; the result is its distance from the end, a jump target for what comes
  // before it.
  size_t load(uint16_t code, uint32_t k) { return prepend(BPF_STMT(code, k)); }
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
  const size_t accept = program.load(BPF_RET | BPF_K, kAcceptWhole);
  const size_t reject = program.load(BPF_RET | BPF_K, 0);

  size_t inner_tag = accept;  // three tags: the parser counts them as malformed
  for (int tags = 2; tags >= 0; --tags) {
    const uint32_t ether_type = 12 + 4 * static_cast<uint32_t>(tags);
    const uint32_t ip = ether_type + 2;

    size_t ipv6 = reject;
    for (const uint8_t header : kIpv6Extensions) {
      ipv6 = program.jump_if(BPF_JEQ, header, accept, ipv6);
    }
    size_t port6 = program.jump_if(BPF_JEQ, kGeneralPort, accept, reject);
    port6 = program.jump_if(BPF_JEQ, kEventPort, accept, port6);
    port6 = program.load(BPF_LD | BPF_H | BPF_ABS, ip + 40 + 2);
    ipv6 = program.jump_if(BPF_JEQ, kProtocolUdp, port6, ipv6);
    ipv6 = program.load(BPF_LD | BPF_B | BPF_ABS, ip + 6);

    size_t ipv4 = program.jump_if(BPF_JEQ, kGeneralPort, accept, reject);
    ipv4 = program.jump_if(BPF_JEQ, kEventPort, accept, ipv4);
    program.load(BPF_LD | BPF_H | BPF_IND, ip + 2);
    ipv4 = program.load(BPF_LDX | BPF_B | BPF_MSH, ip);
    ipv4 = program.jump_if(BPF_JSET, 0x1FFF, reject, ipv4);  // not a first fragment
    ipv4 = program.load(BPF_LD | BPF_H | BPF_ABS, ip + 6);
    ipv4 = program.jump_if(BPF_JEQ, kProtocolUdp, ipv4, reject);
    ipv4 = program.load(BPF_LD | BPF_B | BPF_ABS, ip + 9);

    size_t start = program.jump_if(BPF_JEQ, kEtherTypeCustomerVlan, inner_tag, reject);
    start = program.jump_if(BPF_JEQ, kEtherTypeServiceVlan, inner_tag, start);
    start = program.jump_if(BPF_JEQ, kEtherTypeIpv6, ipv6, start);
    start = program.jump_if(BPF_JEQ, kEtherTypeIpv4, ipv4, start);
    start = program.jump_if(BPF_JEQ, kEtherTypePtp, accept, start);
    inner_tag = program.load(BPF_LD | BPF_H | BPF_ABS, ether_type);
  }
  return program.program();
}

}  // namespace ptpswitch::io
