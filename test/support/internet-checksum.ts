/** Verifies IP and UDP checksums apart from the product: the sum over everything, checksum included, is 0xffff. */

function sumOfWords(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    for (const [index, octet] of part.entries()) sum += index % 2 === 0 ? octet << 8 : octet;
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

/** The addresses and the datagram of an untagged IPv4 (no options) or IPv6 frame with UDP in it, without padding. */
function udpOf(frame: Uint8Array): { addresses: Uint8Array; datagram: Uint8Array } {
  const ip = frame.subarray(14);
  const [addresses, udp] =
    frame[12] === 0x08
      ? [ip.subarray(12, 20), ip.subarray(20)]
      : [ip.subarray(8, 40), ip.subarray(40)];
  return { addresses, datagram: udp.subarray(0, ((udp[4] ?? 0) << 8) | (udp[5] ?? 0)) };
}

function pseudoHeader({ length }: Uint8Array): Uint8Array {
  return Uint8Array.of(0, 17, length >> 8, length & 0xff);
}

/** Of such a frame. */
export function checksumsHold(frame: Uint8Array): boolean {
  const { addresses, datagram } = udpOf(frame);
  if (frame[12] === 0x08 && sumOfWords(frame.subarray(14, 34)) !== 0xffff) return false;
  const checksumIsThere = ((datagram[6] ?? 0) | (datagram[7] ?? 0)) !== 0;
  return checksumIsThere && sumOfWords(addresses, pseudoHeader(datagram), datagram) === 0xffff;
}

/** A copy of such a frame with the UDP checksum that belongs there. */
export function withChecksum(frame: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(frame);
  const { addresses, datagram } = udpOf(copy);
  datagram.set([0, 0], 6);
  const checksum = 0xffff - sumOfWords(addresses, pseudoHeader(datagram), datagram);
  datagram.set([checksum >> 8, checksum & 0xff], 6);
  return copy;
}
