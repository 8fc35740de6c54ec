/** What is told of the clocks, and when it is over. */
import { describe, expect, test } from 'vitest';
import type { ClockSnapshot } from '../../../../src/observe/snapshot.js';
import {
  clock,
  clockPort,
  foreignMaster,
  grandmaster,
  lostClock,
  self,
  snapshot,
} from '../../../support/snapshots.js';
import { names, watching } from './watching.js';

const of = (...clocks: ClockSnapshot[]) => snapshot({ clocks });
const rogue = '00aaaa.fffe.000009';

describe('a boundary clock', () => {
  test('that begins and comes into lock tells that, and nothing is raised', () => {
    const { look } = watching();
    const begins = lostClock({
      ...{ lockState: 'unlocked', holdover: 'none' },
      ports: [clockPort('eth1', 'LISTENING'), clockPort('eth2', 'LISTENING')],
    });
    expect(look(of(begins), 5)).toEqual([]);
    const acquiring = clock({
      lockState: 'acquiring',
      ports: [clockPort('eth1', 'UNCALIBRATED'), clockPort('eth2', 'PRE_MASTER')],
    });
    expect(look(of(acquiring), 3)).toMatchObject([
      {
        ...{ kind: 'grandmaster-changed', state: 'once', from: self, to: grandmaster },
        ...{ instance: 'bc of domain 0', domain: 0, sdoId: 0 },
        text: `the grandmaster is ${grandmaster}, class 6, heard by eth1 (before: this clock)`,
      },
    ]);
    expect(look(of(clock()), 5)).toMatchObject([
      { kind: 'port-state-changed', from: 'LISTENING', to: 'SLAVE', interface: 'eth1' },
      { kind: 'port-state-changed', from: 'LISTENING', to: 'MASTER', interface: 'eth2' },
      { kind: 'lock-changed', state: 'once', severity: 'info', to: 'locked' },
    ]);
  });

  test('that loses its master tells it once, and that it is back', () => {
    const { look } = watching();
    look(of(clock()), 5);
    const lost = look(of(lostClock()), 60);
    expect(names(lost)).toEqual([
      'grandmaster-changed once',
      'port-state-changed once',
      'lock-changed raised',
    ]);
    expect(lost[0]).toMatchObject({
      ...{ from: grandmaster, to: self, severity: 'notice' },
      text: `no grandmaster is followed any more: this clock goes by itself (before: ${grandmaster})`,
    });
    expect(lost[2]).toMatchObject({ from: 'locked', to: 'holdover', severity: 'warning' });
    const back = look(of(clock()), 10);
    expect(names(back)).toEqual([
      'grandmaster-changed once',
      'port-state-changed once',
      'lock-changed cleared',
    ]);
    expect(back[2]).toMatchObject({ from: 'holdover', to: 'locked', text: 'in lock again' });
  });

  test('that has another way to the same grandmaster tells of its parent alone', () => {
    const { look } = watching();
    look(of(clock()), 2);
    const { parent } = clock();
    const other = { ...parent, portIdentity: '00bbbb.fffe.000001-2', interface: 'eth2' };
    expect(look(of(clock({ parent: other })), 3)).toMatchObject([
      { kind: 'parent-changed', to: '00bbbb.fffe.000001-2 by eth2' },
    ]);
  });

  test('whose lock comes and goes is told once', () => {
    const { look, told } = watching();
    look(of(clock()), 2);
    told.length = 0;
    for (let turn = 0; turn < 20; turn++) {
      look(of(clock({ lockState: 'acquiring' })));
      look(of(clock()), 2);
    }
    expect(names(told)).toEqual(['lock-changed raised']);
    expect(names(look(of(clock()), 5))).toEqual(['lock-changed cleared']);
  });

  test('whose grandmaster comes and goes is told so, and then not before it stays', () => {
    const { look, told } = watching();
    look(of(clock()), 2);
    for (let turn = 0; turn < 15; turn++) {
      look(of(lostClock()));
      look(of(clock()));
    }
    const changes = told.filter(({ kind }) => kind === 'grandmaster-changed');
    expect(changes).toHaveLength(3);
    expect(changes.at(-1)?.text).toContain('it changes to and fro');
    look(of(clock()), 120);
    expect(told.filter(({ kind }) => kind === 'grandmaster-changed').at(-1)?.to).toBe(grandmaster);
  });
});

test('a holdover within a specification is raised, and one beyond it is an error', () => {
  const { look } = watching();
  look(of(clock()));
  const held = look(of(lostClock({ holdover: 'withinSpecification' })), 10);
  expect(names(held)).toContain('holdover raised');
  expect(look(of(lostClock({ holdover: 'beyondSpecification' })), 10)).toMatchObject([
    { kind: 'holdover-exceeded', state: 'raised', severity: 'error' },
  ]);
  expect(names(look(of(clock()), 10))).toEqual(
    expect.arrayContaining(['holdover cleared', 'holdover-exceeded cleared']),
  );
});

describe('a port', () => {
  const passive = (code: 'P1' | 'P2', name: string | null) =>
    clock({
      ports: [
        clockPort('eth1', 'SLAVE'),
        clockPort('eth2', 'PASSIVE', {
          decision: {
            code,
            winner: { ...foreignMaster(), sender: `${grandmaster}-1`, interface: name },
          },
        }),
      ],
    });

  test.each([
    ['P2', 'eth1', `P2, eth1 hears a better way to ${grandmaster}, by ${grandmaster}-1`],
    ['P2', null, 'P2, another port of this clock is master on the same network'],
    [
      'P1',
      'eth2',
      `P1, ${grandmaster}-1 is heard there and better, of ${grandmaster} (class 6); this clock follows nobody, by its own class`,
    ],
  ] as const)('that becomes PASSIVE says why: %s by %s', (code, name, why) => {
    const { look } = watching();
    look(of(clock()));
    expect(look(of(passive(code, name)), 3)).toMatchObject([
      {
        ...{ kind: 'port-state-changed', severity: 'info', from: 'MASTER', to: 'PASSIVE' },
        text: `PASSIVE in place of MASTER: ${why}`,
      },
    ]);
  });

  test('without a link is told of as a link', () => {
    const { look } = watching();
    look(of(clock()), 2);
    const unplugged = {
      ...of(clock({ ports: [clockPort('eth1', 'SLAVE'), clockPort('eth2', 'FAULTY')] })),
    };
    const [first, second] = unplugged.ports;
    const down = { ...unplugged, ports: [first!, { ...second!, link: 'down' as const }] };
    expect(names(look(down, 5))).toEqual(['link-changed raised']);
    expect(names(look(of(clock()), 5))).toEqual(['link-changed cleared']);
  });
});

test('messages that are missing are told with what is known of them', () => {
  const { look } = watching();
  const missing = [{ messageType: 'Sync', how: 'absent', text: 'no Sync of the master comes' }];
  look(of(clock()));
  expect(look(of(clock({ missing })), 5)).toMatchObject([
    { kind: 'messages-missing', to: 'Sync', text: 'no Sync of the master comes' },
  ]);
  expect(names(look(of(clock()), 5))).toEqual(['messages-missing cleared']);
});

describe('thresholds', () => {
  test('of the offset and of the delay are watched where they are set', () => {
    const far = of(clock({ offsetFromMasterNs: -2500, meanDelayNs: 12e3 }));
    const unwatched = watching();
    unwatched.look(of(clock()));
    expect(unwatched.look(far, 5)).toEqual([]);
    const { look } = watching({ offsetNs: 1e3, delayNs: 10e3 });
    look(of(clock()));
    expect(look(far, 5)).toMatchObject([
      { kind: 'offset-beyond-threshold', from: '1000 ns', to: '-2500 ns' },
      { kind: 'delay-beyond-threshold', from: '10.00 us', to: '12.00 us' },
    ]);
    expect(names(look(of(clock()), 10))).toEqual([
      'offset-beyond-threshold cleared',
      'delay-beyond-threshold cleared',
    ]);
  });

  test('may change while it runs', () => {
    const { look, events } = watching();
    look(of(clock()), 3);
    events.setThresholds({ offsetNs: 5 });
    expect(names(look(of(clock()), 3))).toEqual(['offset-beyond-threshold raised']);
  });
});

describe('grandmasters', () => {
  const both = of(
    clock({
      foreignMasters: [
        foreignMaster(),
        foreignMaster(rogue, { interface: 'eth2', standing: 'worse', best: false }),
      ],
    }),
  );

  test('two of one domain are told after a while', () => {
    const { look } = watching();
    look(of(clock()));
    expect(look(both, 4)).toEqual([]);
    expect(look(both, 20)).toMatchObject([
      { kind: 'two-grandmasters', to: `${grandmaster} by eth1, ${rogue} by eth2` },
    ]);
    expect(names(look(of(clock()), 10))).toEqual(['two-grandmasters cleared']);
  });

  test('one that is not expected is told at once, and it alone', () => {
    const { look } = watching({ expectedGrandmasters: [grandmaster] });
    expect(names(look(of(clock()), 3))).toEqual(['lock-changed once']);
    expect(look(both, 30)).toMatchObject([
      {
        ...{ kind: 'unexpected-grandmaster', severity: 'error', interface: 'eth2', to: rogue },
        text: `the grandmaster ${rogue} is not among the expected ones: announced by ${rogue}-1`,
      },
    ]);
    expect(names(look(of(clock()), 10))).toEqual(['unexpected-grandmaster cleared']);
  });

  test('two that are expected are no news', () => {
    const { look } = watching({ expectedGrandmasters: [grandmaster, rogue] });
    look(of(clock()));
    expect(look(both, 30)).toEqual([]);
  });

  test('one whose interval does not fit is told with it', () => {
    const { look } = watching();
    look(of(clock()));
    const slow = foreignMaster(grandmaster, {
      ...{ standing: 'announcesTooSeldom', logAnnounceInterval: 4 },
    });
    expect(look(of(clock({ foreignMasters: [slow] })), 5)).toMatchObject([
      { kind: 'intervals-do-not-fit', interface: 'eth1', to: '16 s' },
    ]);
  });
});

test('a TLV that ends here is told once while it comes', () => {
  const { look, told } = watching();
  const ending = (announceTlvEndsHere: number) =>
    of(
      clock({
        ports: [
          clockPort('eth1', 'SLAVE', { discarded: { announceTlvEndsHere } }),
          clockPort('eth2', 'MASTER'),
        ],
      }),
    );
  look(ending(0));
  told.length = 0;
  for (let count = 1; count < 30; count++) look(ending(count));
  expect(names(told)).toEqual(['tlvs-end-here raised']);
  expect(names(look(ending(29), 12))).toEqual(['tlvs-end-here cleared']);
});

test('what was raised of an instance that a reload has removed is cleared', () => {
  const { look } = watching();
  look(of(clock()));
  look(of(lostClock()), 2);
  expect(names(look(of(), 5))).toEqual(['lock-changed cleared']);
});
