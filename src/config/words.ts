/**
 * What operators write for a value and mean unmistakably: yes for true, UDPv4 for udp4, a number in quotes, one item
 * without its list. Whatever else is written is handed on as it is, for the schema to refuse it with the remedy.
 */

/** By the name that the configuration has for it: what else it is called, in small letters. */
export type OtherWords<Name extends string> = Readonly<Partial<Record<Name, readonly string[]>>>;

/** YAML 1.1 and other programs' files have these; YAML 1.2 makes texts of all but true and false. */
const truths: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'off', '0'].map((word) => [word, false] as const),
]);

export function truthIn(value: unknown): unknown {
  return truths.get(wordOf(value)) ?? value;
}

/** A number in quotes, decimal or hexadecimal. */
export function numberIn(value: unknown): unknown {
  const isNumber = typeof value === 'string' && /^\s*([+-]?\d+|0x[\da-f]+)\s*$/i.test(value);
  return isNumber ? Number(value) : value;
}

export function wordAmong<Name extends string>(
  names: readonly Name[],
  value: unknown,
  others?: OtherWords<Name>,
): unknown {
  const word = wordOf(value);
  return names.find((name) => name === word || others?.[name]?.includes(word)) ?? value;
}

/** A text with commas or spaces in it is more than one item: how many is not for us to guess. */
export function asList(value: unknown): unknown {
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
  const isWord = typeof value === 'string' && /^[^\s,]+$/.test(value);
  return isMapping || isWord || typeof value === 'number' ? [value] : value;
}

/** A word alone is an instance of that type, with nothing said of it; E2E_TC is e2e-tc. */
export function typedInstance(value: unknown): unknown {
  if (typeof value === 'string') return { type: typeNamed(value) };
  const isTyped = typeof value === 'object' && value !== null && 'type' in value;
  return isTyped ? { ...value, type: typeNamed(value.type) } : value;
}

function typeNamed(type: unknown): unknown {
  return typeof type === 'string' ? wordOf(type).replaceAll('_', '-') : type;
}

/** In small letters; `802.3` is a number to YAML. Empty where it is neither text nor number nor truth. */
function wordOf(value: unknown): string {
  const isWord = ['string', 'number', 'boolean'].includes(typeof value);
  return isWord ? String(value).trim().toLowerCase() : '';
}
