/**
 * The house rules that a machine can check: who may import whom, what the pure cores must not touch, how files are
 * named, what must not be written down. The tables here are the rules; docs/architecture.md explains them.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../src/config/load.js';
import { filesBelow, read, root } from './support/project-files.js';

/** A layer may import itself and what is listed. The longest matching prefix decides a file's layer. */
const layers: Readonly<Record<string, readonly string[]>> = {
  'src/core/time': [],
  'src/core/wire': ['src/core/time'],
  'src/core/io.ts': ['src/core/time', 'src/core/wire'],
  'src/core/datasets': ['src/core/time', 'src/core/wire'],
  'src/core/bmca': ['src/core/time', 'src/core/wire', 'src/core/datasets'],
  'src/core/profile': [
    'src/core/time',
    'src/core/wire',
    'src/core/io.ts',
    'src/core/datasets',
    'src/core/bmca',
  ],
  'src/core/servo': ['src/core/time'],
  'src/core/exchange': ['src/core/time', 'src/core/wire', 'src/core/servo'],
  'src/core/port': [
    'src/core/time',
    'src/core/wire',
    'src/core/io.ts',
    'src/core/datasets',
    'src/core/bmca',
    'src/core/profile/profile.ts',
    'src/core/servo',
    'src/core/exchange',
  ],
  'src/core/instance': [
    'src/core/time',
    'src/core/wire',
    'src/core/io.ts',
    'src/core/datasets',
    'src/core/bmca',
    'src/core/profile/profile.ts',
    'src/core/servo',
    'src/core/exchange',
    'src/core/port',
  ],
  'src/core/management': ['src/core'],
  'src/config': ['src/core/profile'],
  'src/native': ['src/core/io.ts', 'src/core/time'],
  'src/bridge': ['src/config'],
  'src/observe': ['src/core/io.ts', 'src/core/time'],
  'src/daemon/runtime': ['src/core', 'src/native'],
  'src/daemon/forwarding': [
    'src/core',
    'src/native',
    'src/config',
    'src/bridge',
    'src/daemon/runtime',
    'src/daemon/machine',
  ],
  'src/daemon/multicast': [
    'src/core/time',
    'src/core/profile/profile.ts',
    'src/config',
    'src/bridge',
    'src/daemon/runtime',
  ],
  'src/daemon/status': ['src/core', 'src/native', 'src/config', 'src/bridge', 'src/observe'],
  'src/daemon/machine': ['src/native', 'src/bridge/programs.ts'],
  'src/daemon/reload': ['src/config'],
  'src/daemon/systemd': ['src/daemon/status', 'src/daemon/machine'],
  'src/daemon/instances': [
    'src/daemon/reload',
    'src/core',
    'src/native',
    'src/config',
    'src/daemon/runtime',
    'src/daemon/forwarding',
    'src/daemon/status',
    'src/daemon/machine',
  ],
  'src/daemon/observing': [
    'src/core',
    'src/native',
    'src/config',
    'src/observe',
    'src/daemon/instances',
    'src/daemon/machine/log.ts',
    'src/daemon/runtime',
    'src/daemon/status',
  ],
  'src/daemon': ['src/core', 'src/native', 'src/config', 'src/bridge', 'src/observe'],
  'src/control': ['src/daemon', 'src/observe'],
  'src/lab': ['src/core', 'src/native', 'src/bridge', 'src/daemon', 'src/control', 'src/config'],
  'src/service': [],
  'src/cli': [
    'src/config',
    'src/native',
    'src/bridge',
    'src/daemon',
    'src/control',
    'src/lab',
    'src/observe',
    'src/service',
  ],
};

/** The same for #include "..." in the addon. */
const addonLayers: Readonly<Record<string, readonly string[]>> = {
  'addon/wire': [],
  'addon/dataplane': ['addon/wire'],
  'addon/io': ['addon/dataplane', 'addon/wire'],
  'addon/node': ['addon'],
  'addon/test': ['addon'],
  'addon/fuzz': ['addon/wire', 'addon/dataplane', 'addon/test'],
};

/** What would make a core depend on when, where or by whom it is run. */
const impureGlobals = new Set([
  ...['Date', 'performance', 'console', 'process', 'Buffer', 'globalThis', 'fetch', 'crypto'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'require'],
]);
const impureHeaders =
  /^(c?time|time\.h|chrono|random|thread|mutex|iostream|c?stdio(\.h)?|unistd\.h|errno\.h|cerrno|(sys|linux|net|netinet|arpa)\/.*)$/;

/** The table from which clocks take their profile: the values of a profile are imported here alone. */
const tableOfProfiles = 'src/config/profiles.ts';

/** What a profile may change is a constant of no other file than the profile's, by these names or by former ones. */
const profileConstants = new Set([
  ...['foreignMasterTimeWindow', 'foreignMasterThreshold', 'maxStepsRemoved'],
  ...['qualificationIntervals'],
  ...['lastClassThatFollowsNobody', 'defaultClockClass', 'slaveOnlyClockClass'],
  ...['heldPtpTimescale', 'heldArbitraryTimescale', 'degradationAlternativeB'],
  ...['worstHeldClockClass', 'believableLogInterval', 'believableLogSyncInterval'],
  ...['minSyncReceiptTimeout', 'allowedLostResponses', 'allowedImplausibleResponses'],
  ...['meanLinkDelayNs', 'minMeanLinkDelayNs', 'maxMeanLinkDelayNs', 'neighborPropDelayThreshNs'],
  ...['minorVersionPTP', 'controlField', 'controlFieldOf', 'timeToLive', 'vlanPriority'],
  ...['groups', 'ptpGroups', 'primaryGroup4', 'primaryGroup6', 'peerDelayGroup6'],
  ...['profileIdentity', 'profileIdentities', 'maxDomainNumber', 'maxSdoId'],
  ...['logIntervalLimit', 'leastReceiptTimeout', 'defaultLogMinPdelayReqInterval'],
  ...['clockPortDefaults', 'defaultSourceIntervals', 'defaultReceiverIntervals'],
]);
/** Nor is an address of PTP's groups. */
const groupAddress =
  /01:1b:19:00:00:00|01:80:c2:00:00:0e|224\.0\.(1\.129|0\.107)|ff0.::181|::181|ff02::6b/i;

/** A file that has one reason to change does with so many. */
const maxLines = 400;

/** So many names are taken in at a look. */
const maxFilesInFolder = 14;

const sources = filesBelow('src', /\.ts$/);
const addonSources = filesBelow('addon', /\.(cc|h)$/);
const authored = [
  ...sources,
  ...addonSources,
  ...filesBelow('test', /\.(ts|mjs)$/),
  ...filesBelow('bench', /\.(ts|mjs|js)$/),
  ...filesBelow('scripts', /\.mjs$/),
];

describe('import arrows', () => {
  test('every TypeScript file imports only from the layers below its own', () => {
    expect(sources.flatMap((file) => forbidden(file, importsOf(file), layers))).toEqual([]);
  });

  test('every C++ file includes only from the layers below its own', () => {
    expect(addonSources.flatMap((file) => forbidden(file, includesOf(file), addonLayers))).toEqual(
      [],
    );
  });

  test('no TypeScript file imports itself by a detour', () => {
    const cyclic = sources.filter((file) => reachable(file).has(file));
    expect(cyclic).toEqual([]);
  });

  test('a forbidden import is found', () => {
    expect(
      forbidden('src/core/wire/header.ts', ['src/daemon/runtime/pump.ts'], layers),
    ).toHaveLength(1);
    expect(forbidden('src/core/wire/header.ts', ['src/core/time/instant.ts'], layers)).toEqual([]);
    expect(forbidden('src/nowhere/a.ts', [], layers)).toHaveLength(1);
  });
});

describe('purity', () => {
  test('src/core imports nothing but itself', () => {
    const foreign = coreFiles().flatMap((file) =>
      specifiersOf(file)
        .filter((specifier) => !specifier.startsWith('.'))
        .map((specifier) => `${file}: ${specifier}`),
    );
    expect(foreign).toEqual([]);
  });

  test('src/core reads no clock, sets no timer, logs nothing, draws no random number', () => {
    expect(coreFiles().flatMap((file) => impuritiesOf(file, read(file)))).toEqual([]);
  });

  test('src/observe neither, and imports nothing but the core', () => {
    const files = sources.filter((file) => file.startsWith('src/observe/'));
    expect(files.flatMap((file) => impuritiesOf(file, read(file)))).toEqual([]);
    expect(files.flatMap(specifiersOf).filter((specifier) => !specifier.startsWith('.'))).toEqual(
      [],
    );
  });

  test('addon/wire and addon/dataplane include no header of the operating system', () => {
    const impure = addonSources
      .filter((file) => /^addon\/(wire|dataplane)\//.test(file))
      .flatMap((file) =>
        [...read(file).matchAll(/^\s*#\s*include\s*<([^>]+)>/gm)]
          .map((match) => match[1] ?? '')
          .filter((header) => impureHeaders.test(header))
          .map((header) => `${file}: <${header}>`),
      );
    expect(impure).toEqual([]);
  });

  test('an impurity is found, a property of that name is not one', () => {
    expect(impuritiesOf('a.ts', 'const t = Date.now();')).toEqual(['a.ts: Date']);
    expect(impuritiesOf('a.ts', 'const r = Math.random();')).toEqual(['a.ts: Math.random']);
    expect(impuritiesOf('a.ts', 'const d = frame.process; // Date')).toEqual([]);
  });
});

describe('profiles', () => {
  test('a constant that a profile may change is in src/core/profile alone', () => {
    const elsewhere = sources.filter((file) => !within(file, 'src/core/profile'));
    expect(elsewhere.flatMap((file) => profileConstantsOf(file, read(file)))).toEqual([]);
  });

  test('a profile is passed as data: its values are imported by the table of profiles alone', () => {
    const importers = sources.filter((file) =>
      importsOf(file).some(
        (target) => within(target, 'src/core/profile') && target !== 'src/core/profile/profile.ts',
      ),
    );
    expect(importers).toEqual([tableOfProfiles]);
  });

  test('such a constant is found, whatever it is made of; a value that is passed on is not one', () => {
    const found = (text: string) => profileConstantsOf('a.ts', text);
    expect(found('const maxStepsRemoved = 255;')).toEqual(['a.ts: maxStepsRemoved']);
    expect(found('const timeToLive = { unicast: 64 } as const;')).toEqual(['a.ts: timeToLive']);
    expect(found('const minSyncReceiptTimeout = durationNs(1e9);')).toHaveLength(1);
    expect(found('const profileIdentity = Uint8Array.of(0, 1);')).toHaveLength(1);
    expect(found('const header = { minorVersionPTP: 1, controlFieldOf: () => 0 };')).toHaveLength(
      2,
    );
    expect(found('function f({ vlanPriority = 7 }) {}')).toHaveLength(1);
    expect(found("join('224.0.1.129'); // 224.0.0.107")).toEqual(['a.ts: 224.0.1.129']);
    expect(found('const header = { minorVersionPTP: octet >> 4, controlField };')).toEqual([]);
    expect(found('const controlField = view.getUint8(32);')).toEqual([]);
    expect(found('const { maxStepsRemoved } = profile.bestMaster;')).toEqual([]);
    expect(found('interface Rules { readonly maxStepsRemoved: number }')).toEqual([]);
  });
});

describe('files', () => {
  test('TypeScript and scripts are named in kebab-case, C++ in snake_case', () => {
    const misnamed = authored.filter((file) =>
      /\.(cc|h)$/.test(file)
        ? !/^[a-z0-9]+(_[a-z0-9]+)*\.(cc|h)$/.test(basename(file))
        : !/^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.d)?\.(ts|mjs|js)$/.test(basename(file)),
    );
    expect(misnamed).toEqual([]);
  });

  test('no file or folder is a drawer for everything', () => {
    const drawers = /(^|\/)(utils?|helpers?|misc|common|shared)(\/|\.|$)/;
    expect(authored.filter((file) => drawers.test(file))).toEqual([]);
  });

  test('no folder of src holds more than 14 files directly: what is more goes by subject', () => {
    const filesIn = new Map<string, number>();
    for (const folder of sources.map((file) => dirname(file))) {
      filesIn.set(folder, (filesIn.get(folder) ?? 0) + 1);
    }
    const crowded = [...filesIn].filter(([, count]) => count > maxFilesInFolder);
    expect(crowded).toEqual([]);
  });

  test('no type that is exported is declared in two files of src: one name means one thing', () => {
    expect(declaredTwice(sources.map((file) => [file, read(file)]))).toEqual([]);
  });

  test('a type that is declared in two files is found, one that is passed on or private is not', () => {
    const here = ['a.ts', 'export type State = "up";\nexport class Link {}'] as const;
    const there = ['b.ts', 'export interface State {}\ninterface Link {}'] as const;
    const passedOn = ['c.ts', "export type { Link } from './a.js';"] as const;
    expect(declaredTwice([here, there, passedOn])).toEqual(['State: a.ts, b.ts']);
  });

  test('no file of src or addon is longer than 400 lines', () => {
    const long = [...sources, ...addonSources].filter(
      (file) => read(file).trimEnd().split('\n').length > maxLines,
    );
    expect(long).toEqual([]);
  });

  test('no barrels: nothing is exported wholesale from elsewhere', () => {
    expect(sources.filter((file) => /^export \* from/m.test(read(file)))).toEqual([]);
  });

  test('every source file opens by saying its job', () => {
    // The header speaks for its .cc file.
    const withHeader = (file: string): boolean =>
      file.endsWith('.cc') && addonSources.includes(file.replace(/\.cc$/, '.h'));
    const code = [...sources.filter((file) => !file.endsWith('.d.ts')), ...addonSources];
    const silent = code.filter(
      (file) => !withHeader(file) && !/^(#!.*\n)?(\/\*\*|\/\/)/.test(read(file)),
    );
    expect(silent).toEqual([]);
  });

  test('no machine path and no registry address is written down', () => {
    const machinePath =
      /(^|[\s"'`(=:])\/(home|root|work|Users)\/|\bregistry\.[a-z]+js\.|"resolved":\s"http/m;
    const texts = [
      ...authored,
      ...filesBelow('docs', /\.md$/),
      ...filesBelow('config', /\.ya?ml$/),
      ...[
        'README.md',
        'CHANGELOG.md',
        'CONTRIBUTING.md',
        'package.json',
        'package-lock.json',
        'binding.gyp',
      ],
    ];
    expect(texts.filter((file) => machinePath.test(read(file)))).toEqual([]);
  });
});

describe('sample configurations', () => {
  const samples = filesBelow('config', /\.ya?ml$/);

  test('there are some', () => {
    expect(samples.length).toBeGreaterThan(0);
  });

  test.each(samples)('%s is valid', (file) => {
    expect(() => loadConfig(join(root, file))).not.toThrow();
  });
});

function coreFiles(): string[] {
  return sources.filter((file) => file.startsWith('src/core/'));
}

function specifiersOf(file: string): string[] {
  return ts.preProcessFile(read(file)).importedFiles.map((imported) => imported.fileName);
}

/** The project's own files that a TypeScript file imports. */
function importsOf(file: string): string[] {
  return specifiersOf(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => join(dirname(file), specifier).replace(/\.js$/, '.ts'));
}

/** The project's own files that a C++ file includes: paths from the root, or beside the file. */
function includesOf(file: string): string[] {
  return [...read(file).matchAll(/^\s*#\s*include\s*"([^"]+)"/gm)]
    .map((match) => match[1] ?? '')
    .map((path) =>
      existsSync(join(root, path)) ? normalize(path) : join(dirname(file), normalize(path)),
    );
}

function forbidden(
  file: string,
  imported: readonly string[],
  rules: Readonly<Record<string, readonly string[]>>,
): string[] {
  const layer = Object.keys(rules)
    .filter((prefix) => within(file, prefix))
    .reduce((longest, prefix) => (prefix.length > longest.length ? prefix : longest), '');
  if (layer === '') return [`${file}: is in no layer`];
  const allowed = [layer, ...(rules[layer] ?? [])];
  return imported
    .filter((target) => !allowed.some((prefix) => within(target, prefix)))
    .map((target) => `${file} -> ${target}`);
}

function within(file: string, prefix: string): boolean {
  return file === prefix || file.startsWith(`${prefix}/`);
}

/** Everything a file imports, and what that imports in turn. */
function reachable(file: string): Set<string> {
  const seen = new Set<string>();
  const waiting = [...importsOf(file)];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next) || !existsSync(join(root, next))) continue;
    seen.add(next);
    waiting.push(...importsOf(next));
  }
  return seen;
}

/** Exported interfaces, type aliases, classes and enums of one name in several files, with the files. */
function declaredTwice(texts: readonly (readonly [file: string, text: string])[]): string[] {
  const filesOf = new Map<string, string[]>();
  for (const [file, text] of texts) {
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023);
    for (const name of new Set(source.statements.flatMap(exportedTypeOf))) {
      filesOf.set(name, [...(filesOf.get(name) ?? []), file]);
    }
  }
  return [...filesOf]
    .filter(([, files]) => files.length > 1)
    .map(([name, files]) => `${name}: ${files.join(', ')}`);
}

function exportedTypeOf(statement: ts.Statement): string[] {
  const declaresType =
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isEnumDeclaration(statement);
  if (!declaresType || statement.name === undefined) return [];
  const exported = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  return exported === true ? [statement.name.text] : [];
}

/** What of profileConstants and of groupAddress a text declares or writes out, comments aside. */
function profileConstantsOf(file: string, text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      (ts.isVariableDeclaration(node) ||
        ts.isPropertyAssignment(node) ||
        ts.isPropertyDeclaration(node) ||
        ts.isParameter(node) ||
        ts.isBindingElement(node)) &&
      node.initializer !== undefined &&
      profileConstants.has(node.name.getText()) &&
      isConstant(node.initializer)
    ) {
      found.push(`${file}: ${node.name.getText()}`);
    }
    const [address] = ts.isStringLiteralLike(node) ? (groupAddress.exec(node.text) ?? []) : [];
    if (address !== undefined) found.push(`${file}: ${address}`);
    node.forEachChild(visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true));
  return found;
}

/** Made of nothing but what is written there. */
function isConstant(node: ts.Expression): boolean {
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) return isConstant(node.expression);
  if (ts.isPrefixUnaryExpression(node)) return isConstant(node.operand);
  if (ts.isBinaryExpression(node)) return isConstant(node.left) && isConstant(node.right);
  if (ts.isArrowFunction(node)) return !ts.isBlock(node.body) && isConstant(node.body);
  if (ts.isArrayLiteralExpression(node)) return node.elements.every(isConstant);
  if (ts.isObjectLiteralExpression(node)) {
    return node.properties.some(
      (one) => ts.isPropertyAssignment(one) && isConstant(one.initializer),
    );
  }
  // A unit or a type around it, as in durationNs(1e9) and Uint8Array.of(0, 1); not view.getUint8(32).
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
    return (
      !/^[a-z]\w*\./.test(node.expression.getText()) && (node.arguments ?? []).every(isConstant)
    );
  }
  return ts.isNumericLiteral(node) || ts.isBigIntLiteral(node) || ts.isStringLiteralLike(node);
}

function impuritiesOf(file: string, text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) {
      if (node.getText() === 'Math.random') found.push(`${file}: Math.random`);
      visit(node.expression);
      return;
    }
    const named = ts.isPropertyAssignment(node) || ts.isPropertySignature(node);
    if (ts.isIdentifier(node) && impureGlobals.has(node.text)) found.push(`${file}: ${node.text}`);
    node.forEachChild((child) => {
      if (!(named && child === node.name)) visit(child);
    });
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true));
  return found;
}
