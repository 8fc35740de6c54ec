/**
 * Converts MAC and IP addresses between text and octets. The same few addresses come with every frame, so results are
 * cached: the octets returned are shared, and must not be written to.
 */
import { isIPv4, isIPv6 } from 'node:net';

/** Room for the neighbours of a large switch on all transports; when the cache is full it is emptied. */
const maxRemembered = 1024;

function remembering<Question, Answer>(
  convert: (question: Question) => Answer,
): (question: Question) => Answer {
  const answers = new Map<Question, Answer>();
  return (question) => {
    const known = answers.get(question);
    if (known !== undefined) return known;
    const answer = convert(question);
    if (answers.size >= maxRemembered) answers.clear();
    answers.set(question, answer);
    return answer;
  };
}

/** Six octets of "02:00:00:00:00:01". Throws TypeError on any other text. */
export const macOctets = remembering((mac: string): Buffer => {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac))
    throw new TypeError(`not a MAC address: "${mac}"`);
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
});

/** "02:00:00:00:00:01" of the six octets from `offset` on. Called twice for every frame that is received. */
export function formatMac(octets: Uint8Array, offset = 0): string {
  let number = 0;
  for (let index = offset; index < offset + 6; index++)
    number = number * 256 + (octets[index] ?? 0);
  return macOfNumber(number);
}

const macOfNumber = remembering((number: number): string => {
  const digits = number.toString(16).padStart(12, '0');
  return digits.replace(/..(?=.)/g, '$&:');
});

/** IEEE 802-2014, 8.2.2: the I/G bit, the first on the wire, is set in addresses of groups. */
export function isGroupMac(mac: string): boolean {
  return (parseInt(mac.slice(0, 2), 16) & 0x01) !== 0;
}

/** Four octets of "192.0.2.1". Throws TypeError on any other text. */
export const ipv4Octets = remembering((ip: string): Buffer => {
  if (!isIPv4(ip)) throw new TypeError(`not an IPv4 address: "${ip}"`);
  return Buffer.from(ip.split('.').map(Number));
});

/** "192.0.2.1" of four octets. */
export function formatIpv4(octets: Buffer): string {
  return octets.join('.');
}

/** Sixteen octets of "2001:db8::1". Throws TypeError on any other text, and on a zone ("%eth0"). */
export const ipv6Octets = remembering((ip: string): Buffer => {
  if (!isIPv6(ip) || ip.includes('%')) throw new TypeError(`not an IPv6 address: "${ip}"`);
  const [before = '', after = ''] = canonicalIpv6(ip).split('::');
  const head = groupsOf(before);
  const tail = groupsOf(after);
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => 0);
  const octets = Buffer.alloc(16);
  for (const [index, group] of [...head, ...zeros, ...tail].entries()) {
    octets.writeUInt16BE(group, 2 * index);
  }
  return octets;
});

/** "2001:db8::1", the canonical text (RFC 5952), of sixteen octets. */
export function formatIpv6(octets: Buffer): string {
  return ipv6OfDigits(octets.toString('hex', 0, 16));
}

const ipv6OfDigits = remembering((digits: string) =>
  canonicalIpv6(digits.replace(/.{4}(?=.)/g, '$&:')),
);

/** "fe80::ff:fe00:1", the link-local address that follows from a MAC address: RFC 4291, 2.5.6 and annex A. */
export const linkLocalIpv6 = remembering((mac: string): string => {
  const octets = macOctets(mac);
  const identifier = Buffer.from([...octets.subarray(0, 3), 0xff, 0xfe, ...octets.subarray(3)]);
  identifier.writeUInt8(identifier.readUInt8(0) ^ 0x02, 0);
  return formatIpv6(Buffer.concat([Buffer.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0), identifier]));
});

/** The platform applies the rules of RFC 5952 to hosts in URLs; an IPv4 tail becomes hexadecimal as well. */
function canonicalIpv6(ip: string): string {
  return new URL(`http://[${ip}]/`).hostname.slice(1, -1);
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => parseInt(group, 16));
}
