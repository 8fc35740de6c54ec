/** What a member of a management data field may be: each kind on the wire and in JSON, from one definition. */
import {
  clockIdentity,
  formatClockIdentity,
  formatPortIdentity,
  parseClockIdentity,
  parsePortIdentity,
  type ClockIdentity,
  type PortIdentity,
} from '../../time/identity.js';
import {
  timeInterval,
  timeIntervalFromNs,
  timeIntervalToNs,
  type TimeInterval,
} from '../../time/time-interval.js';
import { nanosecondsPerSecond, type Timestamp } from '../../time/timestamp.js';
import type { OctetReader, OctetWriter } from './octets.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';

export type Json = string | number | boolean | readonly Json[] | { readonly [name: string]: Json };

export interface Kind<Value> {
  /** Undefined where the octets stand for nothing (an enumeration). */
  read(reader: OctetReader): Value | undefined;
  write(writer: OctetWriter, value: Value): void;
  toJson(value: Value): Json;
  /** Undefined for a JSON value that is none of this kind; only values that octets can hold are accepted. */
  fromJson(json: unknown): Value | undefined;
}

function wholeNumber(min: number, max: number): Pick<Kind<number>, 'toJson' | 'fromJson'> {
  return {
    toJson: (value) => value,
    fromJson: (json) =>
      typeof json === 'number' && Number.isInteger(json) && json >= min && json <= max
        ? json
        : undefined,
  };
}

/** Of 1 to 4 octets. */
export function unsigned(length: number): Kind<number> {
  return {
    read: (reader) => reader.unsigned(length),
    write: (writer, value) => writer.number(value, length),
    ...wholeNumber(0, 256 ** length - 1),
  };
}

/** Of 1 to 4 octets, two's complement. */
export function signed(length: number): Kind<number> {
  const limit = 256 ** length / 2;
  return {
    read(reader) {
      const value = reader.unsigned(length);
      return value < limit ? value : value - 2 * limit;
    },
    write: (writer, value) => writer.number(value, length),
    ...wholeNumber(-limit, limit - 1),
  };
}

/** Beyond 53 bits: in JSON a decimal text. */
export function bigSigned(length: number): Kind<bigint> {
  const limit = 1n << BigInt(8 * length - 1);
  return {
    read(reader) {
      const value = reader.bigUnsigned(length);
      return value < limit ? value : value - 2n * limit;
    },
    write: (writer, value) => writer.number(value, length),
    toJson: String,
    fromJson(json) {
      if (typeof json !== 'string' || !/^-?\d{1,30}$/.test(json)) return undefined;
      const value = BigInt(json);
      return value >= -limit && value < limit ? value : undefined;
    },
  };
}

/** linuxptp counts in 64 bits, little endian unlike all else. */
export const littleEndianCount: Kind<number> = {
  read: (reader) =>
    Number(reader.take(8).reduceRight((value: bigint, octet) => (value << 8n) | BigInt(octet), 0n)),
  write: (writer, value) => writer.littleEndian(value),
  ...wholeNumber(0, Number.MAX_SAFE_INTEGER),
};

/** An octet that is 1 or 0, in its lowest bit (the others are reserved). */
export const truth: Kind<boolean> = {
  read: (reader) => (reader.unsigned(1) & 1) !== 0,
  write: (writer, value) => writer.number(value ? 1 : 0, 1),
  toJson: (value) => value,
  fromJson: (json) => (typeof json === 'boolean' ? json : undefined),
};

/** A number of 1 to 4 octets that stands for a name. */
export function enumeration<Name extends string>(
  codes: Readonly<Record<Name, number>>,
  length = 1,
): Kind<Name> {
  const names = Object.keys(codes) as Name[];
  return {
    read(reader) {
      const code = reader.unsigned(length);
      return names.find((name) => codes[name] === code);
    },
    write: (writer, value) => writer.number(codes[value], length),
    toJson: (value) => value,
    fromJson: (json) => names.find((name) => name === json),
  };
}

/** 5.3.2; in JSON nanoseconds. */
export const timeIntervalKind: Kind<TimeInterval> = {
  read: (reader) => timeInterval(BigInt.asIntN(64, reader.bigUnsigned(8))),
  write: (writer, value) => writer.number(value, 8),
  toJson: timeIntervalToNs,
  fromJson: (json) =>
    typeof json === 'number' && Number.isFinite(json) ? timeIntervalFromNs(json) : undefined,
};

/** 5.3.4; in JSON "020000.fffe.000001". */
export const clockIdentityKind: Kind<ClockIdentity> = {
  read: (reader) => clockIdentity(reader.bigUnsigned(8)),
  write: (writer, value) => writer.number(value, 8),
  toJson: formatClockIdentity,
  fromJson: (json) => (typeof json === 'string' ? parseClockIdentity(json) : undefined),
};

/** 5.3.5; in JSON "020000.fffe.000001-1". */
export const portIdentityKind: Kind<PortIdentity> = {
  read: (reader) => ({
    clockIdentity: clockIdentity(reader.bigUnsigned(8)),
    portNumber: reader.unsigned(2),
  }),
  write(writer, value) {
    writer.number(value.clockIdentity, 8);
    writer.number(value.portNumber, 2);
  },
  toJson: formatPortIdentity,
  fromJson: (json) => (typeof json === 'string' ? parsePortIdentity(json) : undefined),
};

/** 5.3.3. */
export const timestampKind: Kind<Timestamp> = {
  read(reader) {
    const secondsField = reader.unsigned(6);
    const nanosecondsField = reader.unsigned(4);
    return nanosecondsField < nanosecondsPerSecond ? { secondsField, nanosecondsField } : undefined;
  },
  write(writer, { secondsField, nanosecondsField }) {
    writer.number(secondsField, 6);
    writer.number(nanosecondsField, 4);
  },
  toJson: ({ secondsField, nanosecondsField }) => ({ secondsField, nanosecondsField }),
  fromJson: () => undefined,
};

/** 5.3.9: at most 255 octets of UTF-8. */
export const textKind: Kind<string> = {
  read: (reader) => decodeUtf8(reader.take(reader.unsigned(1))),
  write(writer, value) {
    const octets = encodeUtf8(value).subarray(0, maxTextOctets);
    writer.number(octets.length, 1);
    writer.put(octets);
  },
  toJson: (value) => value,
  fromJson: (json) =>
    typeof json === 'string' && encodeUtf8(json).length <= maxTextOctets ? json : undefined,
};

const maxTextOctets = 255;

/** That many octets, in JSON "02:00:00". */
export function octets(length: number): Kind<Uint8Array> {
  return {
    read: (reader) => reader.take(length),
    write: (writer, value) => writer.put(value),
    toJson: colonSeparated,
    fromJson: () => undefined,
  };
}

/** An address after its length. */
export const addressKind: Kind<Uint8Array> = {
  read: (reader) => reader.take(Math.min(reader.unsigned(2), maxAddressOctets)),
  write(writer, value) {
    writer.number(value.length, 2);
    writer.put(value);
  },
  toJson: colonSeparated,
  fromJson: () => undefined,
};

/** No address is longer; a length beyond it is one that no message holds. */
const maxAddressOctets = 64;

/** Identities to the end of the data field. */
export const clockIdentities: Kind<readonly ClockIdentity[]> = {
  read(reader) {
    const identities: ClockIdentity[] = [];
    while (reader.rest >= 8) identities.push(clockIdentity(reader.bigUnsigned(8)));
    return identities;
  },
  write(writer, value) {
    for (const identity of value) writer.number(identity, 8);
  },
  toJson: (value) => value.map(formatClockIdentity),
  fromJson: () => undefined,
};

function colonSeparated(value: Uint8Array): string {
  return [...value].map((octet) => octet.toString(16).padStart(2, '0')).join(':');
}
