/** The best master clock algorithm as a whole: an order, and networks that settle. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  announcedDataSet,
  compareDataSets,
  isBetter,
  ownDataSet,
  type Comparison,
  type ComparisonDataSet,
} from '../../src/core/bmca/comparison.js';
import { decideState, ebestOf, type PortView } from '../../src/core/bmca/state-decision.js';
import type { DecisionCode } from '../../src/core/bmca/rules.js';
import type { DefaultDS } from '../../src/core/datasets/data-sets.js';
import { defaultProfile } from '../../src/core/profile/default.js';
import { clockIdentity, type PortIdentity } from '../../src/core/time/identity.js';
import type { AnnounceBody } from '../../src/core/wire/messages/announce.js';
import { announceFrom } from '../support/announces.js';

/** Few values, so that ties are frequent. */
const few = fc.integer({ min: 1, max: 3 });
const identities = few.map((n) => clockIdentity(BigInt(n)));
const portIdentities = fc.record({ clockIdentity: identities, portNumber: few });
const clockQualities = fc.record({
  clockClass: few.map((n) => 200 + n),
  clockAccuracy: few,
  offsetScaledLogVariance: few,
});
const dataSets: fc.Arbitrary<ComparisonDataSet> = fc.record({
  grandmasterPriority1: few,
  grandmasterClockQuality: clockQualities,
  grandmasterPriority2: few,
  grandmasterIdentity: identities,
  stepsRemoved: few,
  sender: portIdentities,
  receiver: portIdentities,
});

const mirrored: Readonly<Record<Comparison, Comparison>> = {
  better: 'worse',
  betterByTopology: 'worseByTopology',
  same: 'same',
  worseByTopology: 'betterByTopology',
  worse: 'better',
};

describe('data set comparison', () => {
  test('is antisymmetric', () => {
    fc.assert(
      fc.property(dataSets, dataSets, (a, b) => {
        expect(compareDataSets(b, a)).toBe(mirrored[compareDataSets(a, b)]);
      }),
    );
  });

  test('is transitive among different grandmasters: a total order', () => {
    const threeGrandmasters = fc.tuple(dataSets, dataSets, dataSets).map((sets) =>
      sets.map((set, index) => ({
        ...set,
        grandmasterIdentity: clockIdentity(BigInt(index + 1)),
      })),
    );
    fc.assert(
      fc.property(threeGrandmasters, ([a, b, c]) => {
        if (a === undefined || b === undefined || c === undefined) return;
        expect(compareDataSets(a, b)).not.toBe('same');
        fc.pre(isBetter(compareDataSets(a, b)) && isBetter(compareDataSets(b, c)));
        expect(compareDataSets(a, c)).toBe('better');
      }),
    );
  });

  test('is transitive among the ways from one grandmaster that one port hears', () => {
    const grandmaster = { grandmasterIdentity: clockIdentity(9n) };
    const receiver = { clockIdentity: clockIdentity(4n), portNumber: 1 };
    const ways = dataSets.map((set) => ({ ...set, ...grandmaster, receiver }));
    fc.assert(
      fc.property(ways, ways, ways, (a, b, c) => {
        fc.pre(isBetter(compareDataSets(a, b)) && isBetter(compareDataSets(b, c)));
        expect(isBetter(compareDataSets(a, c))).toBe(true);
      }),
    );
  });
});

/** A clock that runs nothing but comparison and decision, its messages delivered round by round. */
interface Node {
  readonly defaultDS: DefaultDS;
  /** By port: what was heard there in the last round. */
  readonly heard: (ComparisonDataSet | undefined)[];
  readonly codes: (DecisionCode | undefined)[];
  /** What the node tells of the grandmaster. */
  announces: Partial<AnnounceBody>;
}

interface End {
  readonly node: number;
  readonly port: number;
}

class Topology {
  nodes: readonly Node[];
  links: readonly (readonly [End, End])[];

  constructor(
    clocks: readonly { readonly priority1: number; readonly clockClass: number }[],
    edges: readonly (readonly [number, number])[],
  ) {
    const portCounts = clocks.map(() => 0);
    const nextEnd = (node: number): End => {
      const port = portCounts[node] ?? 0;
      portCounts[node] = port + 1;
      return { node, port };
    };
    this.links = edges.map(([a, b]) => [nextEnd(a), nextEnd(b)] as const);
    this.nodes = clocks.map(({ priority1, clockClass }, index) => {
      const numberPorts = portCounts[index] ?? 0;
      const clockQuality = { clockClass, clockAccuracy: 0xfe, offsetScaledLogVariance: 0xffff };
      const defaultDS: DefaultDS = {
        clockIdentity: clockIdentity(BigInt(index + 1)),
        numberPorts,
        clockQuality,
        priority1,
        priority2: 128,
        domainNumber: 0,
        sdoId: 0,
        slaveOnly: false,
      };
      return {
        defaultDS,
        heard: Array.from({ length: numberPorts }, () => undefined),
        codes: Array.from({ length: numberPorts }, () => undefined),
        announces: bodyOf(ownDataSet(defaultDS)),
      };
    });
  }

  identityOf({ node, port }: End): PortIdentity {
    return { clockIdentity: clockIdentity(BigInt(node + 1)), portNumber: port + 1 };
  }

  codeOf({ node, port }: End): DecisionCode | undefined {
    return this.nodes[node]?.codes[port];
  }

  /** Everybody announces on its master ports, then everybody decides. */
  round(): void {
    for (const [a, b] of this.links) {
      this.#deliver(a, b);
      this.#deliver(b, a);
    }
    for (const node of this.nodes) decide(node);
  }

  /** Both ends fall silent. */
  cut(link: number): void {
    for (const { node, port } of this.links[link] ?? []) {
      const { heard, codes } = this.nodes[node] ?? { heard: [], codes: [] };
      heard[port] = undefined;
      codes[port] = undefined;
    }
    this.links = this.links.filter((_, index) => index !== link);
  }

  isConnected(): boolean {
    return isConnected(
      this.nodes.length,
      this.links.map(([a, b]) => [a.node, b.node] as const),
    );
  }

  setClockClasses(classes: readonly number[]): void {
    this.nodes = this.nodes.map((node, index) => {
      const { defaultDS } = node;
      const clockClass = classes[index] ?? defaultDS.clockQuality.clockClass;
      const changed = { ...defaultDS, clockQuality: { ...defaultDS.clockQuality, clockClass } };
      return { ...node, defaultDS: changed, announces: bodyOf(ownDataSet(changed)) };
    });
  }

  #deliver(from: End, to: End): void {
    const sender = this.nodes[from.node];
    const receiver = this.nodes[to.node];
    if (sender === undefined || receiver === undefined) return;
    const code = this.codeOf(from);
    const silent = code === 'S1' || code === 'P1' || code === 'P2';
    // 9.3.2.5: its own clock's message, and one that has gone round for ever, do not qualify.
    const lost = silent || from.node === to.node || (sender.announces.stepsRemoved ?? 0) >= 255;
    receiver.heard[to.port] = lost
      ? undefined
      : announcedDataSet(
          announceFrom(this.identityOf(from), sender.announces),
          this.identityOf(to),
        );
  }
}

function decide(node: Node): void {
  const d0 = ownDataSet(node.defaultDS);
  const views: PortView[] = node.heard.map((erbest) => ({
    portState: 'MASTER',
    announceReceiptTimedOut: false,
    ...(erbest && { erbest }),
  }));
  const rules = defaultProfile.bestMaster;
  const ebest = ebestOf(rules, views);
  for (const [port, view] of views.entries()) {
    node.codes[port] = decideState(rules, d0, ebest, view);
  }
  const follows = node.codes.includes('S1') && ebest !== undefined;
  node.announces = follows
    ? { ...bodyOf(ebest), stepsRemoved: ebest.stepsRemoved + 1 }
    : bodyOf(d0);
}

function bodyOf(set: ComparisonDataSet): Partial<AnnounceBody> {
  const { grandmasterPriority1, grandmasterClockQuality, grandmasterPriority2 } = set;
  const { grandmasterIdentity, stepsRemoved } = set;
  return {
    ...{ grandmasterPriority1, grandmasterClockQuality, grandmasterPriority2 },
    ...{ grandmasterIdentity, stepsRemoved },
  };
}

/** Connected: every node but the first is linked with an earlier one, and there are some links more. */
const topologies = fc
  .integer({ min: 2, max: 6 })
  .chain((size) =>
    fc.record({
      clocks: fc.array(fc.record({ priority1: few, clockClass: fc.constantFrom(128, 248) }), {
        minLength: size,
        maxLength: size,
      }),
      tree: fc.tuple(
        ...Array.from({ length: size - 1 }, (_, index) =>
          fc.integer({ min: 0, max: index }).map((earlier) => [earlier, index + 1] as const),
        ),
      ),
      more: fc.array(
        fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.integer({ min: 0, max: size - 1 })),
        { maxLength: 6 },
      ),
    }),
  )
  .map(({ clocks, tree, more }) => {
    const loops = more.filter(([a, b]) => a !== b);
    return new Topology(clocks, [...tree, ...loops]);
  });

/** Rounds until nothing changes any more; undefined: it goes on changing. */
function settle(topology: Topology, maxRounds = 4 * topology.nodes.length + 2): number | undefined {
  const { nodes } = topology;
  const picture = (): string =>
    nodes
      .map(({ codes, announces: { grandmasterIdentity, stepsRemoved } }) =>
        [...codes, grandmasterIdentity, stepsRemoved].join(),
      )
      .join(';');
  let before = picture();
  // News travels one link a round, and every node may be told of a worse grandmaster first.
  for (let round = 1; round <= maxRounds; ++round) {
    topology.round();
    const after = picture();
    if (after === before) return round;
    before = after;
  }
  return undefined;
}

function bestOf(nodes: readonly Node[]): Node {
  return nodes.reduce((a, b) =>
    isBetter(compareDataSets(ownDataSet(a.defaultDS), ownDataSet(b.defaultDS))) ? a : b,
  );
}

/** What is not as it should be in a network that has settled, in words; nothing if it is the shortest tree of the best clock. */
function faultsOf(topology: Topology): string[] {
  const { nodes, links } = topology;
  const best = bestOf(nodes);
  const faults: string[] = [];
  for (const [index, node] of nodes.entries()) {
    if (node.announces.grandmasterIdentity !== best.defaultDS.clockIdentity) {
      faults.push(`node ${index} has another grandmaster`);
    }
    const slavePorts = node.codes.filter((code) => code === 'S1').length;
    if (slavePorts !== (node === best ? 0 : 1)) faults.push(`node ${index}: ${slavePorts} slaves`);
  }
  for (const [a, b] of links) {
    const codes = [topology.codeOf(a), topology.codeOf(b)];
    const masters = codes.filter((code) => code?.startsWith('M') === true).length;
    if (masters !== 1) faults.push(`${codes.join(' and ')} on one link`);
    // Up a slave port there are fewer steps: so there is no circle, and the tree is the shortest one.
    for (const [below, above] of [
      [a, b],
      [b, a],
    ] as const) {
      if (topology.codeOf(below) !== 'S1') continue;
      const steps = nodes[below.node]?.announces.stepsRemoved ?? 0;
      const stepsAbove = nodes[above.node]?.announces.stepsRemoved ?? 0;
      if (steps !== stepsAbove + 1) faults.push(`${steps} steps below ${stepsAbove}`);
    }
  }
  return faults;
}

/** Every connected graph of that many nodes, each with every order of who is the better clock. */
function* everyTopology(size: number): Generator<Topology> {
  const pairs = Array.from({ length: size }, (_, a) =>
    Array.from({ length: a }, (_, b) => [b, a] as const),
  ).flat();
  // Alike in everything else, the node with the lower number is the better clock.
  const clocks = Array.from({ length: size }, () => ({ priority1: 128, clockClass: 248 }));
  for (let chosen = 0; chosen < 2 ** pairs.length; ++chosen) {
    const edges = pairs.filter((_, index) => ((chosen >> index) & 1) === 1);
    if (isConnected(size, edges)) yield new Topology(clocks, edges);
  }
}

function isConnected(size: number, edges: readonly (readonly [number, number])[]): boolean {
  let reached = 1;
  for (let pass = 0; pass < size; ++pass) {
    for (const [a, b] of edges) {
      if (((reached >> a) & 1) + ((reached >> b) & 1) === 1) reached |= (1 << a) | (1 << b);
    }
  }
  return reached === 2 ** size - 1;
}

describe('networks of up to six clocks, with loops', () => {
  // How many labelled connected graphs there are is well known (OEIS A001187).
  test.each([
    [2, 1],
    [3, 4],
    [4, 38],
    [5, 728],
    [6, 26_704],
  ])('of %d clocks, every one settles to a tree with one grandmaster', (size, expected) => {
    let count = 0;
    for (const topology of everyTopology(size)) {
      count += 1;
      const described = () => `links ${JSON.stringify(topology.links)}`;
      if (settle(topology) === undefined) throw new Error(`does not settle: ${described()}`);
      const faults = faultsOf(topology);
      if (faults.length > 0) throw new Error(`${faults.join(', ')}: ${described()}`);
    }
    expect(count).toBe(expected);
  });

  test('so do those with parallel links and ties of every kind', () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        expect(settle(topology)).toBeDefined();
        expect(faultsOf(topology)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('after any link is cut, what is left settles anew', () => {
    fc.assert(
      fc.property(topologies, fc.nat(), (topology, which) => {
        settle(topology);
        topology.cut(which % topology.links.length);
        // Without path trace, news of a grandmaster that is cut off go round a loop up to the 255th step.
        expect(settle(topology, 300)).toBeDefined();
        fc.pre(topology.isConnected());
        expect(faultsOf(topology)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test('with primary references among them, no reference follows, and no link has two masters', () => {
    const references = fc.array(fc.constantFrom(6, 127, 128, 248), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(topologies, references, (topology, classes) => {
        topology.setClockClasses(classes);
        expect(settle(topology)).toBeDefined();
        for (const { defaultDS, codes, announces } of topology.nodes) {
          if (defaultDS.clockQuality.clockClass > 127) {
            expect(codes.filter((code) => code === 'S1').length).toBeLessThanOrEqual(1);
            continue;
          }
          for (const code of codes) expect(code).toMatch(/^(M1|P1)$/);
          expect(announces.grandmasterIdentity).toBe(defaultDS.clockIdentity);
        }
        for (const [a, b] of topology.links) {
          const codes = [topology.codeOf(a), topology.codeOf(b)];
          expect(codes.filter((code) => code?.startsWith('M') === true)).toHaveLength(1);
        }
      }),
      { numRuns: 300 },
    );
  });
});
