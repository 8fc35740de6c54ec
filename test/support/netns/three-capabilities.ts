/** All that a service may: CAP_NET_ADMIN, CAP_NET_RAW and CAP_SYS_TIME as bits (capability.h), as /proc/PID/status has them. */
export const THREE_CAPABILITIES = ((1n << 12n) | (1n << 13n) | (1n << 25n)).toString(16);
