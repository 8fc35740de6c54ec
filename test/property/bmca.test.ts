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
import {
  decideState,
  ebestOf,
  type DecisionCode,
  type PortView,
} from '../../src/core/bmca/state-decision.js';
import type { DefaultDS } from '../../src/core/datasets/data-sets.js';
import { clockIdentity, type PortIdentity } from '../../src/core/time/identity.js';
import type { AnnounceBody } from '../../src/core/wire/announce.js';
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
  readonly nodes: readonly Node[];
  readonly links: readonly (readonly [End, End])[];

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
    silent: false,
    ...(erbest && { erbest }),
  }));
  const ebest = ebestOf(views);
  for (const [port, view] of views.entries()) node.codes[port] = decideState(d0, ebest, view);
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

describe('networks of up to six clocks, with loops', () => {
  test('settle to a tree with one grandmaster', () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        const { nodes, links } = topology;
        for (let round = 0; round < 4 * nodes.length; ++round) topology.round();
        const settled = JSON.stringify(nodes.map(({ codes }) => codes));
        topology.round();
        expect(JSON.stringify(nodes.map(({ codes }) => codes))).toBe(settled);

        const best = nodes.reduce((a, b) =>
          isBetter(compareDataSets(ownDataSet(a.defaultDS), ownDataSet(b.defaultDS))) ? a : b,
        );
        for (const node of nodes) {
          expect(node.announces.grandmasterIdentity).toBe(best.defaultDS.clockIdentity);
          const slavePorts = node.codes.filter((code) => code === 'S1').length;
          expect(slavePorts).toBe(node === best ? 0 : 1);
        }
        for (const [a, b] of links) {
          const masters = [topology.codeOf(a), topology.codeOf(b)].filter((code) =>
            code?.startsWith('M'),
          );
          expect(masters).toHaveLength(1);
        }
        // Up a slave port there are fewer steps: so there is no circle, and the tree is the shortest one.
        for (const [a, b] of links) {
          for (const [below, above] of [
            [a, b],
            [b, a],
          ] as const) {
            if (topology.codeOf(below) !== 'S1') continue;
            const steps = nodes[below.node]?.announces.stepsRemoved ?? 0;
            expect(steps).toBe((nodes[above.node]?.announces.stepsRemoved ?? 0) + 1);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
