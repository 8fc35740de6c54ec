// The fuzz targets of addon/fuzz: builds them with clang, libFuzzer and the sanitizers, runs them, and says what came of it.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { filesBelow, projectRoot } from './setup.mjs';
import { runCommand } from './side-by-side.mjs';

const buildDirectory = join(projectRoot, 'build/fuzz');
const corpusDirectory = join(projectRoot, 'addon/fuzz/corpus');
const options = { cwd: projectRoot };

/** @typedef {'parser' | 'forwarder'} Target */
/** @type {readonly Target[]} */
export const targets = ['parser', 'forwarder'];

/** What is fuzzed is told apart from what drives it: only its edges are counted. */
const product = [...sourcesOf('addon/wire'), ...sourcesOf('addon/dataplane')];
const builders = [
  'addon/test/packet_builder.cc',
  'addon/test/encapsulations.cc',
  'addon/fuzz/message_templates.cc',
  'addon/fuzz/doctest_implementation.cc',
];
/** @type {Readonly<Record<string, readonly string[]>>} Sources of each program beside the product's. */
const programs = {
  parser: ['addon/fuzz/parser_fuzz.cc', 'addon/fuzz/sanitizer_options.cc'],
  forwarder: [
    'addon/fuzz/forwarder_fuzz.cc',
    'addon/fuzz/fuzz_world.cc',
    'addon/fuzz/correction_oracle.cc',
    'addon/fuzz/sanitizer_options.cc',
    ...builders,
  ],
  seeds: ['addon/fuzz/seeds.cc', ...builders],
};

/** Longer inputs find nothing that shorter ones do not, and take longer. */
const longestInput = { parser: 300, forwarder: 600 };
const sanitizers = 'address,undefined';
const compilerFlags = [
  ...['-std=c++20', '-O2', '-g1', '-Wall', '-Wextra', '-Werror', '-I.'],
  ...['-Wno-missing-field-initializers', '-fno-omit-frame-pointer'],
  ...[`-fsanitize=${sanitizers}`, '-fno-sanitize-recover=all'],
];

function sourcesOf(folder) {
  return filesBelow(join(projectRoot, folder))
    .filter((file) => file.endsWith('.cc'))
    .map((file) => relative(projectRoot, file));
}

/**
 * Builds every program, unless those that are there are of the same sources.
 * @returns {Promise<{ succeeded: boolean, output: string }>}
 */
export async function buildTargets() {
  const hash = createHash('sha256').update(compilerFlags.join(' '));
  for (const folder of ['wire', 'dataplane', 'test', 'fuzz']) {
    for (const file of filesBelow(join(projectRoot, 'addon', folder))) {
      if (/\.(cc|h)$/.test(file)) hash.update(`\0${file}\0`).update(readFileSync(file));
    }
  }
  const digest = hash.digest('hex');
  const stamp = join(buildDirectory, 'sources.sha256');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) {
    return { succeeded: true, output: '' };
  }
  mkdirSync(buildDirectory, { recursive: true });
  const drivers = [...new Set(Object.values(programs).flat())];
  const commands = [
    ...product.map((source) => compile(source, [`-fsanitize=fuzzer-no-link,${sanitizers}`])),
    ...drivers.map((source) => compile(source, [])),
  ];
  const compiled = await inParallel(commands);
  if (!compiled.succeeded) return compiled;
  const links = Object.entries(programs).map(([name, sources]) => [
    ...[`-fsanitize=${name === 'seeds' ? 'fuzzer-no-link,' : 'fuzzer,'}${sanitizers}`],
    ...[...product, ...sources].map(objectOf),
    ...['-o', programOf(name)],
  ]);
  const linked = await inParallel(links);
  if (linked.succeeded) writeFileSync(stamp, digest);
  return linked;
}

function compile(source, flags) {
  return [...compilerFlags, ...flags, '-c', source, '-o', objectOf(source)];
}

function objectOf(source) {
  return join(buildDirectory, `${source.replaceAll('/', '-')}.o`);
}

function programOf(name) {
  return join(buildDirectory, name);
}

/** Runs clang with each of the lists of arguments, as many at once as there are processors. */
async function inParallel(commands) {
  const waiting = [...commands];
  const results = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const result = await runCommand('clang++', next, options);
      results.push(result);
      if (!result.succeeded) waiting.length = 0;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return {
    succeeded: results.every((result) => result.succeeded),
    output: results.map((result) => result.output).join(''),
  };
}

/**
 * Runs a target for a time or a number of executions, by as many processes as `jobs` says, beginning with the corpus.
 * @param {Target} target
 * @param {{ seconds?: number, runs?: number, jobs?: number }} limits
 * @returns {Promise<{ succeeded: boolean, output: string }>} `output` tells what was done, and how to replay a failure
 */
export async function runTarget(target, { seconds, runs, jobs = 1 }) {
  const working = join(buildDirectory, `corpus-${target}`);
  const failures = join(buildDirectory, 'failures');
  mkdirSync(working, { recursive: true });
  mkdirSync(failures, { recursive: true });
  const limit =
    runs !== undefined ? `-runs=${Math.ceil(runs / jobs)}` : `-max_total_time=${seconds ?? 60}`;
  const results = await Promise.all(
    Array.from({ length: jobs }, () =>
      runCommand(
        programOf(target),
        [
          ...[limit, `-max_len=${longestInput[target]}`, '-timeout=10', '-entropic=0'],
          ...['-print_final_stats=1', `-artifact_prefix=${failures}/${target}-`],
          ...[working, join(corpusDirectory, target)],
        ],
        options,
      ),
    ),
  );
  const failed = results.filter((result) => !result.succeeded);
  return {
    succeeded: failed.length === 0,
    output: [summary(target, results), ...failed.map((result) => failure(target, result))].join(
      '\n',
    ),
  };
}

function summary(target, results) {
  const sum = (pattern) =>
    results.reduce((total, { output }) => total + number(output, pattern), 0);
  const most = (pattern) => Math.max(...results.map(({ output }) => number(output, pattern)));
  const executions = sum(/number_of_executed_units: (\d+)/);
  const perSecond = sum(/average_exec_per_sec: +(\d+)/);
  const edges = most(/ cov: (\d+) [^\n]*\n(?![^]* cov: )/);
  const frames = most(/mean frames: ([\d.]+)/);
  return (
    `${target}: ${executions} executions, ${perSecond}/s, ${edges} edges covered` +
    (target === 'forwarder' ? `, ${frames} frames a script` : '')
  );
}

function number(text, pattern) {
  return Number(pattern.exec(text)?.[1] ?? 0);
}

function failure(target, { output }) {
  const [, input] = /Test unit written to (\S+)/.exec(output) ?? [];
  const replay =
    input === undefined
      ? ''
      : `\nreplay: npm run fuzz -- --target ${target} --replay ${relative(projectRoot, input)}`;
  return `${output.split('\n').slice(-80).join('\n')}${replay}`;
}

/** Runs one input once, and shows what it says. */
export function replay(target, input) {
  return runCommand(programOf(target), [input], { ...options, live: true });
}

/**
 * Makes the corpus in the repository anew: the smallest set of inputs that covers what the seeds, the corpus as it is and
 * all that earlier runs have found cover.
 * @param {Target} target
 * @param {readonly string[]} captures pcap files, for seeds
 */
export async function minimise(target, captures) {
  const seeds = mkdtempSync(join(buildDirectory, 'seeds-'));
  try {
    const made = await runCommand(programOf('seeds'), [seeds, ...captures], options);
    if (!made.succeeded) return made;
    const corpus = join(corpusDirectory, target);
    const merged = join(seeds, 'merged');
    mkdirSync(merged);
    mkdirSync(corpus, { recursive: true });
    const sources = [join(seeds, target), corpus, join(buildDirectory, `corpus-${target}`)];
    const merge = await runCommand(
      programOf(target),
      [
        ...['-merge=1', '-set_cover_merge=1', `-max_len=${longestInput[target]}`],
        ...[merged, ...sources.filter((directory) => existsSync(directory))],
      ],
      options,
    );
    if (!merge.succeeded) return merge;
    rmSync(corpus, { recursive: true });
    cpSync(merged, corpus, { recursive: true });
    return { succeeded: true, output: `${target}: ${readdirSync(corpus).length} inputs` };
  } finally {
    rmSync(seeds, { recursive: true, force: true });
  }
}
