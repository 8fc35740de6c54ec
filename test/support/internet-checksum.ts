/** Verifies IP and UDP checksums apart from the product: the sum over everything, checksum included, is 0xffff. */

function sumOfWords(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    for (const [index, octet] of part.entries()) sum += index % 2 === 0 ? octet << 8 : octet;
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

/** Of an untagged IPv4 (no options) or IPv6 frame with UDP in it. */
export function checksumsHold(frame: Uint8Array): boolean {
  const isIpv4 = frame[12] === 0x08;
  const ip = frame.subarray(14);
  const datagram = ip.subarray(isIpv4 ? 20 : 40);
  const addresses = isIpv4 ? ip.subarray(12, 20) : ip.subarray(8, 40);
  const pseudo = Uint8Array.of(0, 17, datagram.length >> 8, datagram.length & 0xff);
  if (isIpv4 && sumOfWords(ip.subarray(0, 20)) !== 0xffff) return false;
  const checksumIsThere = ((datagram[6] ?? 0) | (datagram[7] ?? 0)) !== 0;
  return checksumIsThere && sumOfWords(addresses, pseudo, datagram) === 0xffff;
}

/** A copy of an untagged IPv6 frame with UDP in it, with the checksum that belongs there. */
export function withChecksum6(frame: Uint8Array): Uint8Array {
  const copy = frame.slice();
  const ip = copy.subarray(14);
  const length = ((ip[44] ?? 0) << 8) | (ip[45] ?? 0);
  const datagram = ip.subarray(40, 40 + length);
  datagram.set([0, 0], 6);
  const pseudo = Uint8Array.of(0, 17, length >> 8, length & 0xff);
  const checksum = 0xffff - sumOfWords(ip.subarray(8, 40), pseudo, datagram);
  datagram.set([checksum >> 8, checksum & 0xff], 6);
  return copy;
}
