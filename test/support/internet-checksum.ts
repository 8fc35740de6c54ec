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
