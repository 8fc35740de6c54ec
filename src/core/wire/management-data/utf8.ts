/** Text of PTPText (5.3.9) in octets of UTF-8, with what the language itself offers. */

import { zeros } from '../codec.js';

/** What is its own code, one octet each: nearly all text that is told. */
const isAscii = /^[\x20-\x7e]*$/;

/** A half of a surrogate pair, which is no character, becomes the replacement character. */
export function encodeUtf8(text: string): Uint8Array {
  if (isAscii.test(text)) {
    const octets = zeros(text.length);
    for (let index = 0; index < text.length; index++) octets[index] = text.charCodeAt(index);
    return octets;
  }
  const escaped = encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
  return Uint8Array.from(
    [...escaped.matchAll(/%([0-9A-F]{2})|[^%]/g)].map(([character, digits]) =>
      digits === undefined ? character.charCodeAt(0) : parseInt(digits, 16),
    ),
  );
}

/** Octets that are not UTF-8 are taken one by one, as characters of Latin-1. */
export function decodeUtf8(octets: Uint8Array): string {
  const escaped = [...octets].map((octet) => `%${octet.toString(16).padStart(2, '0')}`).join('');
  try {
    return decodeURIComponent(escaped);
  } catch {
    return String.fromCharCode(...octets);
  }
}
