/** Membership reports leave whatever the garbage collector does between asking for one and sending it. */
import { readdirSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { igmpMembershipReport } from '../../src/daemon/multicast/report-packets.js';
import { sendReport } from '../../src/daemon/multicast/report-socket.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { VethPairs } from '../support/netns/veth-pairs.js';
import { until } from '../support/netns/wait.js';

const missing = missingPrerequisite();
if (missing !== undefined) console.warn(`membership reports: skipped, ${missing}`);

/** More than an interface sends by itself meanwhile. */
const REPORTS = 100;
const TIMEOUT_MS = 10_000;

function sentBy(name: string): number {
  return Number(readFileSync(`/sys/class/net/${name}/statistics/tx_packets`, 'utf8'));
}

describe.skipIf(missing !== undefined)('a membership report', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;

  test('leaves though garbage is collected before it can', async () => {
    const pairs = new VethPairs(1);
    try {
      const [name = ''] = pairs.near;
      const before = sentBy(name);
      const errors: Error[] = [];
      for (let report = 0; report < REPORTS; report += 1) {
        sendReport(name, 'udp4', igmpMembershipReport(['224.0.1.129']), (error) =>
          errors.push(error),
        );
      }
      collectGarbage();
      await until('all to leave', () => sentBy(name) - before >= REPORTS, TIMEOUT_MS);
      expect(errors).toEqual([]);
    } finally {
      pairs.remove();
    }
  });

  test('by an interface that is gone is told as an error, and leaves nothing open', () => {
    const openFiles = () => readdirSync('/proc/self/fd').length;
    const before = openFiles();
    const errors: Error[] = [];
    sendReport('gone0', 'udp4', igmpMembershipReport(['224.0.1.129']), (error) =>
      errors.push(error),
    );
    expect(errors).toHaveLength(1);
    expect(openFiles()).toBe(before);
  });
});
