/** The shape of a clockIdentity (7.5.2.2): eight octets, written as other programs write them too. */
import { z } from 'zod';

const remedy = "write 16 hexadecimal digits in quotes, as in '020000.fffe.000001'";
/** 7.5.2.2.1: no clock has all ones; a clock that knows no better has all zeros. */
const reserved = /^(0{16}|f{16})$/;

/** To the form in which all clocks are shown: 020000.fffe.000001. */
export const clockIdentity = z.string({ error: remedy }).transform((text, context) => {
  const digits = text.toLowerCase().replaceAll(/[.:-]/g, '');
  if (!/^[0-9a-f]{16}$/.test(digits) || reserved.test(digits)) {
    context.addIssue({ code: 'custom', input: text, message: remedy });
    return z.NEVER;
  }
  return `${digits.slice(0, 6)}.${digits.slice(6, 10)}.${digits.slice(10)}`;
});
