/** The shapes of a clockIdentity (7.5.2.2), eight octets that are written as other programs write them too, and of masters (17.5). */
import { z } from 'zod';
import { profiles } from '../profiles.js';
import { listWithoutRepetition, wholeNumber } from '../shapes.js';

const remedy = "write 16 hexadecimal digits in quotes, as in '020000.fffe.000001'";
/** 7.5.2.2.1: no clock has all ones; a clock that knows no better has all zeros. */
const reserved = /^(0{16}|f{16})$/;

/** In the form in which all clocks are shown: 020000.fffe.000001. Undefined: none can be meant. */
function identityIn(text: string): string | undefined {
  const digits = text.toLowerCase().replaceAll(/[.:]/g, '');
  if (!/^[0-9a-f]{16}$/.test(digits) || reserved.test(digits)) return undefined;
  return `${digits.slice(0, 6)}.${digits.slice(6, 10)}.${digits.slice(10)}`;
}

export const clockIdentity = z.string({ error: remedy }).transform((text, context) => {
  const identity = identityIn(text);
  if (identity === undefined) context.addIssue({ code: 'custom', input: text, message: remedy });
  return identity ?? z.NEVER;
});

const masterRemedy =
  "write a clock or one of its ports in quotes, as in '020000.fffe.000001' or '020000.fffe.000001-1'";
/** 7.5.2.3: the last one means all ports. */
const maxPortNumber = 0xfffe;

const master = z.string({ error: masterRemedy }).transform((text, context) => {
  const [clockText = '', portText, ...rest] = text.split('-');
  const identity = identityIn(clockText);
  const portNumber = portText === undefined ? undefined : Number(portText);
  const isPort = portText === undefined || /^[1-9]\d{0,4}$/.test(portText);
  if (!identity || !isPort || rest.length > 0 || (portNumber ?? 1) > maxPortNumber) {
    context.addIssue({ code: 'custom', input: text, message: masterRemedy });
    return z.NEVER;
  }
  return { clockIdentity: identity, ...(portNumber !== undefined && { portNumber }) };
});

const { max: maxPriority1 } = profiles.default.defaultDS.priority1;
export const longAcceptableMaster = z.strictObject(
  // 17.5.3: 0 is no alternative.
  { master, alternatePriority1: wholeNumber(1, maxPriority1).exactOptional() },
  { error: masterRemedy },
);

/** A table: what is longer is no list of known masters. */
const maxAcceptableMasters = 256;

/** A text alone is a master with nothing said of it. */
export const acceptableMasters = listWithoutRepetition(
  z
    .preprocess(
      (value) => (typeof value === 'string' ? { master: value } : value),
      longAcceptableMaster,
    )
    .transform(({ master: from, ...rest }) => ({ ...from, ...rest })),
  {
    error:
      "list whom the clock may follow, as in acceptableMasters: ['020000.fffe.000001']; masterOnly: true is for ports that follow nobody",
    max: { items: maxAcceptableMasters, error: `list ${maxAcceptableMasters} masters at most` },
    key: 'master',
    valueOf: ({ clockIdentity: identity, portNumber }) =>
      portNumber === undefined ? identity : `${identity}-${portNumber}`,
  },
);
