/** A configuration file as data, which can tell on which line each of its keys stands. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import { ConfigError, type ConfigIssue } from '../config-error.js';
import { maxNesting, offsetOfTooDeep } from './yaml-nesting.js';

export interface YamlSource {
  /** Plain data; undefined for an empty file. */
  readonly data: unknown;
  /** "file:line" of a key, or of its nearest parent that is in the file. */
  readonly where: (path: readonly PropertyKey[]) => string;
}

/** Two thousand for each of 128 instances; what is longer is some other file. A running switch stands still while it reads one. */
const maxFileBytes = 256 * 1024;
/** No more complaints than this are listed, because one mistake of syntax often leads to many. */
const maxYamlErrors = 10;

/** @throws ConfigError when the file cannot be read or is not YAML */
export function readYaml(file: string): YamlSource {
  const lineCounter = new LineCounter();
  const text = readText(file);
  const tooDeep = offsetOfTooDeep(text);
  if (tooDeep !== undefined) {
    const line = text.slice(0, tooDeep).split('\n').length;
    throw new ConfigError([notYaml(`${file}:${line}`, `nested more than ${maxNesting} deep`)]);
  }
  const document = parseDocument(text, {
    lineCounter,
    prettyErrors: false,
    logLevel: 'error', // its warnings are Node's own, with a hint at stack traces
  });
  const lineOf = (offset: number): string => `${file}:${lineCounter.linePos(offset).line}`;
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors
        .slice(0, maxYamlErrors)
        .map((error) => notYaml(lineOf(error.pos[0]), error.message)),
    );
  }
  return {
    data: toData(document, file),
    where: (path) => lineOf(offsetOf(document.contents, path)),
  };
}

/** Aliases are followed only here: one without its anchor, or a pile of them, comes up late. */
function toData(document: Document, file: string): unknown {
  try {
    return (document.toJS() as unknown) ?? undefined;
  } catch (error) {
    throw new ConfigError([notYaml(`${file}:1`, (error as Error).message)]);
  }
}

function notYaml(where: string, message: string): ConfigIssue {
  const reason = message.charAt(0).toLowerCase() + message.slice(1).replaceAll(/\s+/g, ' ');
  return { where, key: '', problem: `not valid YAML: ${reason}`, remedy: 'correct this line' };
}

function readText(file: string): string {
  let read: ReturnType<typeof textOf>;
  try {
    read = textOf(file);
  } catch (error) {
    throw new ConfigError([unreadable(file, (error as NodeJS.ErrnoException).code)]);
  }
  if ('text' in read) return read.text;
  throw new ConfigError([{ where: file, key: '', ...read, remedy: 'name a YAML file' }]);
}

/** A running switch reads its file too, and stands still meanwhile: so it does not wait for the writer of a pipe. */
function textOf(file: string): { readonly text: string } | { readonly problem: string } {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(descriptor).isFile()) return { problem: 'is a folder, a pipe or a device' };
    const bytes = Buffer.alloc(maxFileBytes + 1);
    let length = 0;
    for (let read = 1; read > 0 && length < bytes.length; length += read) {
      read = readSync(descriptor, bytes, length, bytes.length - length, null);
    }
    if (length > maxFileBytes) return { problem: `is longer than ${maxFileBytes} bytes` };
    return { text: bytes.toString('utf8', 0, length) };
  } finally {
    closeSync(descriptor);
  }
}

function unreadable(file: string, code: string | undefined): ConfigIssue {
  const at = { where: file, key: '' };
  switch (code) {
    case 'ENOENT':
      return { ...at, problem: 'there is no such file', remedy: 'check the path' };
    case 'EACCES':
      return { ...at, problem: 'may not be read', remedy: 'change its permissions' };
    default:
      return { ...at, problem: `cannot be read (${code})`, remedy: 'name a YAML file' };
  }
}

/** Offset of the key (or list item) that a path leads to, as far as the path can be followed. */
function offsetOf(contents: unknown, path: readonly PropertyKey[]): number {
  let node = contents;
  let offset = rangeStart(node) ?? 0;
  for (const step of path) {
    // One item may stand without its list.
    if (typeof step === 'number' && !isSeq(node)) continue;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      offset = rangeStart(pair?.key) ?? offset;
      node = pair?.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = rangeStart(node) ?? offset;
    } else {
      break;
    }
  }
  return offset;
}

function rangeStart(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined;
}
