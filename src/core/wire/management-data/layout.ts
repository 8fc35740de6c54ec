/** Data fields as lists of members: the order on the wire, and with it the type, the octets and the JSON form. */
import { OctetReader, OctetWriter } from './octets.js';
import type { Json, Kind } from './kinds.js';

/** Some members of a data field, in their order. */
export interface Layout<Members extends object> {
  /** Undefined where octets stand for nothing. */
  read(reader: OctetReader): Members | undefined;
  write(writer: OctetWriter, members: Members): void;
  toJson(members: Members): { readonly [name: string]: Json };
  /** The name of the member that is missing or wrong, when one is. */
  fromJson(json: Readonly<Record<string, unknown>>): Members | string;
  readonly names: readonly string[];
}

export type MembersOf<Described> = Described extends Layout<infer Members> ? Members : never;

export function member<const Name extends string, Value>(
  name: Name,
  kind: Kind<Value>,
): Layout<{ readonly [Key in Name]: Value }> {
  type Members = { readonly [Key in Name]: Value };
  return {
    read(reader) {
      const value = kind.read(reader);
      return value === undefined ? undefined : ({ [name]: value } as Members);
    },
    write: (writer, members) => kind.write(writer, members[name]),
    toJson: (members) => ({ [name]: kind.toJson(members[name]) }),
    fromJson(json) {
      const value = kind.fromJson(json[name]);
      return value === undefined ? name : ({ [name]: value } as Members);
    },
    names: [name],
  };
}

/** One octet of bits, by their numbers; the others are reserved. */
export function flags<const Name extends string>(
  bits: Readonly<Record<Name, number>>,
): Layout<{ readonly [Key in Name]: boolean }> {
  type Members = { readonly [Key in Name]: boolean };
  const names = Object.keys(bits) as Name[];
  const membersOf = (valueOf: (name: Name) => boolean) =>
    Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Members;
  return {
    read(reader) {
      const octet = reader.unsigned(1);
      return membersOf((name) => ((octet >> bits[name]) & 1) !== 0);
    },
    write(writer, members) {
      const set = names.filter((name) => members[name]).map((name) => 1 << bits[name]);
      writer.number(
        set.reduce((octet, bit) => octet | bit, 0),
        1,
      );
    },
    toJson: (members) => Object.fromEntries(names.map((name) => [name, members[name]])),
    fromJson(json) {
      const wrong = names.find((name) => typeof json[name] !== 'boolean');
      return wrong ?? membersOf((name) => json[name] === true);
    },
    names,
  };
}

/** Octets that are sent as 0 and not looked at (5.3.1). */
export function reserved(length: number): Layout<object> {
  return {
    read(reader) {
      reader.take(length);
      return {};
    },
    write: (writer) => writer.number(0, length),
    toJson: () => ({}),
    fromJson: () => ({}),
    names: [],
  };
}

type Together<Layouts extends readonly unknown[]> = Layouts extends readonly [
  infer First,
  ...infer Rest,
]
  ? MembersOf<First> & Together<Rest>
  : object;

/** One layout after the other. */
export function sequence<const Layouts extends readonly Layout<object>[]>(
  ...layouts: Layouts
): Layout<Together<Layouts>> {
  type Members = Together<Layouts>;
  return {
    read(reader) {
      const parts: object = {};
      for (const layout of layouts) {
        const part = layout.read(reader);
        if (part === undefined) return undefined;
        Object.assign(parts, part);
      }
      return parts as Members;
    },
    write(writer, members) {
      for (const layout of layouts) layout.write(writer, members);
    },
    toJson: (members) =>
      Object.assign({}, ...layouts.map((layout) => layout.toJson(members))) as {
        [name: string]: Json;
      },
    fromJson(json) {
      const parts: object = {};
      for (const layout of layouts) {
        const part = layout.fromJson(json);
        if (typeof part === 'string') return part;
        Object.assign(parts, part);
      }
      return parts as Members;
    },
    names: layouts.flatMap(({ names }) => names),
  };
}

/** The data field that holds `members`: an even number of octets (15.5.2.3). */
export function encodeLayout<Members extends object>(
  layout: Layout<Members>,
  members: Members,
): Uint8Array {
  const writer = new OctetWriter();
  layout.write(writer, members);
  if (writer.length % 2 !== 0) writer.number(0, 1);
  return writer.finish();
}

/** Table 72: the data field has another length than its id asks for, or says what cannot be. */
export type LayoutFailure = 'WRONG_LENGTH' | 'WRONG_VALUE';

/** Never throws. */
export function decodeLayout<Members extends object>(
  layout: Layout<Members>,
  dataField: Uint8Array,
): Members | LayoutFailure {
  const reader = new OctetReader(dataField);
  const members = layout.read(reader);
  // What is not there was read as zeros: the length is the first thing wrong with it.
  const pad = (dataField.length - reader.rest) % 2 === 0 ? 0 : 1;
  if (reader.rest < 0) return 'WRONG_LENGTH';
  if (members === undefined) return 'WRONG_VALUE';
  return reader.rest === pad ? members : 'WRONG_LENGTH';
}
