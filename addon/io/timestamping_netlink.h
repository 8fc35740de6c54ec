// The netlink form of SIOCSHWTSTAMP: ETHTOOL_MSG_TSCONFIG_SET, Linux 6.14.
#pragma once

#include <string>

namespace ptpswitch::io {

// Asks the driver of an interface for HWTSTAMP_TX_* and HWTSTAMP_FILTER_*, which it may widen.
// Returns 0 or an errno; EOPNOTSUPP where the kernel or the driver does not have this form.
int set_timestamping_by_netlink(const std::string& interface, int transmit_type,
                                int receive_filter);

}  // namespace ptpswitch::io
