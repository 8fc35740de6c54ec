// The PTP common header and message formats as offsets, IEEE 1588-2019 clause 13.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace ptpswitch::wire {

// Table 36, values of messageType.
enum class MessageType : uint8_t {
  kSync = 0x0,
  kDelayReq = 0x1,
  kPdelayReq = 0x2,
  kPdelayResp = 0x3,
  kFollowUp = 0x8,
  kDelayResp = 0x9,
  kPdelayRespFollowUp = 0xA,
  kAnnounce = 0xB,
  kSignaling = 0xC,
  kManagement = 0xD,
};

inline constexpr uint16_t kHeaderLength = 34;    // Table 35
inline constexpr uint16_t kFollowUpLength = 44;  // Table 45
inline constexpr uint16_t kPdelayRespFollowUpLength = 54;

inline constexpr uint16_t kSdoIdOf8021As = 0x100;  // IEEE 802.1AS

inline constexpr uint16_t kEtherTypePtp = 0x88F7;
inline constexpr uint16_t kEtherTypeIpv4 = 0x0800;
inline constexpr uint16_t kEtherTypeIpv6 = 0x86DD;
inline constexpr uint16_t kEtherTypeCustomerVlan = 0x8100;  // 802.1Q C-TAG
inline constexpr uint16_t kEtherTypeServiceVlan = 0x88A8;   // 802.1Q S-TAG
inline constexpr uint16_t kEventPort = 319;                 // Annex C, D
inline constexpr uint16_t kGeneralPort = 320;

// Offsets in the common header, Table 35.
inline constexpr uint16_t kVersionOffset = 1;
inline constexpr uint16_t kMessageLengthOffset = 2;
inline constexpr uint16_t kDomainNumberOffset = 4;
inline constexpr uint16_t kMinorSdoIdOffset = 5;
inline constexpr uint16_t kFlagFieldOffset = 6;
inline constexpr uint16_t kCorrectionFieldOffset = 8;
inline constexpr uint16_t kMessageTypeSpecificOffset = 16;
inline constexpr uint16_t kSourcePortIdentityOffset = 20;
inline constexpr uint16_t kSequenceIdOffset = 30;
inline constexpr uint16_t kControlFieldOffset = 32;

inline constexpr uint16_t kBodyOffset = kHeaderLength;         // first field is a Timestamp
inline constexpr uint16_t kRequestingPortIdentityOffset = 44;  // Delay_Resp, Pdelay_Resp and its
                                                               // Follow_Up
inline constexpr uint16_t kTargetPortIdentityOffset = 34;      // Management, Table 56
inline constexpr uint16_t kActionFieldOffset = 46;             // its low nibble
inline constexpr uint16_t kTwoStepFlag = 0x0200;               // Table 37, octet 6 bit 1

// Table 57, values of actionField: those that ask for something.
enum class ManagementAction : uint8_t { kGet = 0, kSet = 1, kCommand = 3 };

inline constexpr bool is_event(MessageType type) {
  return static_cast<uint8_t>(type) < 0x8;  // 0x0 to 0x7 are event messages
}

// 11.4: messages that measure a link, and stay on it.
inline constexpr bool is_peer_delay(MessageType type) {
  return type == MessageType::kPdelayReq || type == MessageType::kPdelayResp ||
         type == MessageType::kPdelayRespFollowUp;
}

// The shortest legal messageLength of a type; 0 for types that the standard reserves.
inline constexpr uint16_t minimum_length(uint8_t type) {
  constexpr std::array<uint16_t, 16> kMinimum = {44, 44, 54, 54, 0,  0,  0, 0,
                                                 44, 54, 54, 64, 44, 48, 0, 0};
  return kMinimum[type & 0xF];
}

}  // namespace ptpswitch::wire
