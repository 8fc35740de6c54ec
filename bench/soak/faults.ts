/** What happens to the switch of the soak test, each thing as often as chance has it. */

import { setTimeout as delay } from 'node:timers/promises';
import { PAIRS_PER_SECOND, type Bed, type BedPort, type Queue } from './bed.js';

/** From 0 up to 1. */
export type Random = () => number;

export interface Fault {
  readonly name: string;
  /** Of the draws; one is that of most. */
  readonly weight: number;
  /** Whether forwarding goes on all the while, so that nothing may be lost. */
  readonly interruptsNothing?: boolean;
  /** Resolves when it is over, with what it was, for the report. The instant at which it resolves is the fault's end. */
  readonly strike: (bed: Bed, random: Random) => Promise<string>;
}

const FLAP_INTERVAL_MS = 50; // ten times a second down and up
const AWAY = 'away';

function between(random: Random, least: number, most: number): number {
  return Math.round(least + random() * (most - least));
}

function oneOf<T>(random: Random, choices: readonly T[]): T {
  return choices[Math.floor(random() * choices.length)]!;
}

function somePort(bed: Bed, random: Random): BedPort {
  return oneOf(random, bed.ports);
}

function someSinkPort(bed: Bed, random: Random): BedPort {
  return oneOf(
    random,
    bed.ports.filter(({ sink }) => sink !== undefined),
  );
}

const SLOW_QUEUES: readonly Queue[] = [
  // Stamps that come late: within 100 ms at first, and later and later.
  { kilobitsPerSecond: 600, limitOctets: 400_000 },
  { kilobitsPerSecond: 500, limitOctets: 400_000 },
  { kilobitsPerSecond: 250, limitOctets: 400_000 },
  // A queue that is full.
  { kilobitsPerSecond: 300, limitOctets: 4_000 },
];

export const FAULTS: readonly Fault[] = [
  {
    name: 'link flaps',
    weight: 1,
    strike: async (bed, random) => {
      const port = somePort(bed, random);
      const jack = oneOf(random, [{ namespace: bed.device, interface: port.interface }, port.peer]);
      const times = between(random, 3, 15);
      for (let time = 0; time < times; time++) {
        jack.namespace.setLink(jack.interface, 'down');
        await delay(FLAP_INTERVAL_MS);
        jack.namespace.setLink(jack.interface, 'up');
        if (time + 1 < times) await delay(FLAP_INTERVAL_MS);
      }
      return `${jack.namespace === bed.device ? port.interface : `the peer of ${port.interface}`}, ${times} times`;
    },
  },
  {
    name: 'interface deleted and made anew',
    weight: 1,
    strike: async (bed, random) => {
      const port = somePort(bed, random);
      const milliseconds = between(random, 0, 500);
      bed.device.ip(`link del ${port.interface}`);
      await delay(milliseconds);
      bed.connect(port);
      return `${port.interface} for ${milliseconds} ms`;
    },
  },
  {
    name: 'interface renamed and back',
    weight: 1,
    strike: async (bed, random) => {
      const port = somePort(bed, random);
      const milliseconds = between(random, 0, 500);
      // The kernel renames an interface that is up, too.
      const down = random() < 0.5;
      const rename = (from: string, to: string): void =>
        bed.device.ip(
          ...(down ? [`link set ${from} down`] : []),
          `link set ${from} name ${to}`,
          ...(down ? [`link set ${to} up`] : []),
        );
      rename(port.interface, AWAY);
      await delay(milliseconds);
      rename(AWAY, port.interface);
      return `${port.interface}${down ? ', down for it,' : ''} for ${milliseconds} ms`;
    },
  },
  {
    name: 'interface moved to another namespace and back',
    weight: 1,
    strike: async (bed, random) => {
      const port = somePort(bed, random);
      const milliseconds = between(random, 0, 500);
      bed.device.ip(`link set ${port.interface} netns ${bed.elsewhere.name}`);
      await delay(milliseconds);
      bed.elsewhere.ip(`link set ${port.interface} netns ${bed.device.name}`);
      bed.addQueue(port);
      bed.device.setLink(port.interface, 'up');
      return `${port.interface} for ${milliseconds} ms`;
    },
  },
  {
    name: 'queue slow or full',
    weight: 1,
    strike: async (bed, random) => {
      const port = someSinkPort(bed, random);
      const queue = oneOf(random, SLOW_QUEUES);
      const milliseconds = between(random, 200, 1_500);
      bed.changeQueue(port, queue);
      await delay(milliseconds);
      bed.changeQueue(port);
      return `${port.interface}, ${queue.kilobitsPerSecond} kbit/s, room for ${queue.limitOctets}, for ${milliseconds} ms`;
    },
  },
  {
    name: 'queue removed with what is in it',
    weight: 1,
    strike: async (bed, random) => {
      const port = someSinkPort(bed, random);
      const milliseconds = between(random, 50, 500);
      bed.removeQueue(port);
      await delay(milliseconds);
      bed.addQueue(port);
      return `${port.interface} for ${milliseconds} ms`;
    },
  },
  {
    name: 'transmit time stamps lost',
    weight: 1,
    strike: async (bed, random) => {
      const port = someSinkPort(bed, random);
      const count = between(random, 1, 15);
      await bed.instance.loseTransmitTimestamps(port.interface, count);
      await delay((1_000 / PAIRS_PER_SECOND) * (count + 1));
      return `${count} of ${port.interface}`;
    },
  },
  {
    name: 'process stopped and continued',
    weight: 1,
    strike: async (bed, random) => {
      const milliseconds = between(random, 50, 1_500);
      bed.instance.child.kill('SIGSTOP');
      await delay(milliseconds);
      bed.instance.child.kill('SIGCONT');
      return `for ${milliseconds} ms`;
    },
  },
  {
    name: 'JavaScript stalled for 2 s',
    weight: 0.5,
    interruptsNothing: true,
    strike: async (bed) => {
      bed.instance.child.kill('SIGUSR2');
      await delay(2_000);
      return '';
    },
  },
  {
    name: 'process killed and started anew',
    weight: 0.3,
    strike: async (bed, random) => {
      const milliseconds = between(random, 0, 300);
      await bed.instance.child.stop('SIGKILL');
      await delay(milliseconds);
      bed.startSwitch();
      return `after ${milliseconds} ms`;
    },
  },
];

/** Every fault in turn by its weight, as the random numbers have it. */
export function draw(random: Random, faults: readonly Fault[] = FAULTS): Fault {
  const all = faults.reduce((sum, { weight }) => sum + weight, 0);
  let left = random() * all;
  for (const fault of faults) {
    left -= fault.weight;
    if (left < 0) return fault;
  }
  return faults.at(-1)!;
}
