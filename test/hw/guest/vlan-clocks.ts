/**
 * Two boundary clocks of domain 0 on the same two ports, one in VLAN 10 and one in VLAN 20, each between a ptp4l grandmaster and
 * a slave that have an interface in its VLAN; the grandmasters' times are seconds apart:
 *
 *   gm eth0 (eth0.10, eth0.20) ── eth1  switch  eth2 ── (eth0.10, eth0.20) eth0 slave
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClockStatus } from '../../../src/daemon/status/clock-status.js';
import { FramePort } from '../../support/netns/frame-port.js';
import { Network, type Namespace } from '../../support/netns/network.js';
import { Ptp4l } from '../../support/netns/ptp4l.js';
import type { Switch } from '../../support/netns/switch.js';
import { until } from '../../support/netns/wait.js';
import { asleep } from './awake.js';
import { startSwitch } from './cabling.js';

export const VLANS = [10, 20] as const;

export interface VlanClock {
  readonly instance: string;
  readonly grandmasterIdentity: string;
  /** Of everybody who has been heard to announce himself. */
  readonly heard: readonly string[];
  readonly aheadSeconds: number;
}

export interface VlanClocks {
  readonly grandmasters: readonly string[];
  readonly clocks: readonly VlanClock[];
  /** By VLAN: whom the slave has ever chosen, and how far its master is ahead of its own clock, the machine's. */
  readonly slaves: readonly { readonly chosen: readonly string[]; readonly aheadSeconds: number }[];
  /** VLAN and grandmaster of what is announced on the cable to the slaves. */
  readonly announced: readonly string[];
}

const FOLLOWING_TIMEOUT_MS = 120_000;
const REQUEST_INTERVAL_MS = 250;
const OFFSETS = 4;
const LOG_INTERVAL = -2;
const INTERVALS = {
  logAnnounceInterval: LOG_INTERVAL,
  logSyncInterval: LOG_INTERVAL,
  logMinDelayReqInterval: LOG_INTERVAL,
};
/** From the beginning of a frame to its tag, then, behind the tag, to what an Announce has of its grandmaster (table 43). */
const [TAG_OFFSET, PTP_OFFSET, GRANDMASTER_OFFSET] = [12, 18, 53];
const ANNOUNCE = 0xb;

const secondsAhead = (vlan: number) => vlan / 10;
const nsPerSecond = 1e9;

/** An interface in each VLAN, with a MAC address of its own, from which ptp4l makes its identity. */
function addVlans(namespace: Namespace, octet: string): readonly string[] {
  return VLANS.map((vlan) => {
    const mac = `02:00:00:00:${octet}:${vlan}`;
    namespace.ip(
      `link add link eth0 name eth0.${vlan} address ${mac} type vlan id ${vlan}`,
      `link set eth0.${vlan} up`,
    );
    return `${mac.replaceAll(':', '').slice(0, 6)}.fffe.${mac.replaceAll(':', '').slice(6)}`;
  });
}

/** Its time is so much ahead of the machine's. */
function startGrandmaster(network: Network, namespace: Namespace, vlan: number): Ptp4l {
  const aheadNs = secondsAhead(vlan) * nsPerSecond;
  return Ptp4l.grandmaster(network, namespace, {
    interfaces: [`eth0.${vlan}`],
    // Whoever heard both would follow that of VLAN 10.
    settings: { ...INTERVALS, priority1: vlan, egressLatency: aheadNs, ingressLatency: -aheadNs },
  });
}

function inWords(frame: Uint8Array): string {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const tagged = view.getUint16(TAG_OFFSET) === 0x8100;
  const vlan = tagged ? view.getUint16(TAG_OFFSET + 2) & 0xfff : '-';
  const at = (tagged ? PTP_OFFSET : PTP_OFFSET - 4) + GRANDMASTER_OFFSET;
  return `${vlan} ${identityInWords(Buffer.from(frame.subarray(at, at + 8)).toString('hex'))}`;
}

function identityInWords(hex: string): string {
  return `${hex.slice(0, 6)}.${hex.slice(6, 10)}.${hex.slice(10)}`;
}

function isAnnounce(frame: Uint8Array): boolean {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const at = view.getUint16(TAG_OFFSET) === 0x8100 ? PTP_OFFSET : PTP_OFFSET - 4;
  return view.getUint16(at - 2) === 0x88f7 && (view.getUint8(at) & 0xf) === ANNOUNCE;
}

/** Resolves when all its clocks are in lock. */
function locked(running: Switch): Promise<readonly ClockStatus[]> {
  return asleep(() =>
    until(
      'both clocks to lock',
      async () => {
        const clocks = await running.clocks();
        return clocks.every(({ clock }) => clock.lockState === 'locked') && clocks;
      },
      FOLLOWING_TIMEOUT_MS,
      () => running.child.output,
      REQUEST_INTERVAL_MS,
    ),
  );
}

export async function clocksInVlans(): Promise<VlanClocks> {
  const network = new Network();
  try {
    const [gm, place, slave] = ['gm', 'switch', 'slave'].map((role) => network.namespace(role)) as [
      Namespace,
      Namespace,
      Namespace,
    ];
    network.connect({ namespace: gm, interface: 'eth0' }, { namespace: place, interface: 'eth1' });
    network.connect(
      { namespace: slave, interface: 'eth0' },
      { namespace: place, interface: 'eth2' },
    );
    const grandmasters = addVlans(gm, 'a0');
    addVlans(slave, 'b0');
    const config = join(network.directory, 'vlans.json');
    const instances = VLANS.map((vlanId) => ({ type: 'bc', vlanId, ...INTERVALS }));
    writeFileSync(config, JSON.stringify({ timestamping: 'software', instances }));
    for (const vlan of VLANS) startGrandmaster(network, gm, vlan);
    const running = await startSwitch(network, place, ['eth1', 'eth2'], { config });
    const clocks = await locked(running);
    // Before, a clock may have announced itself.
    const cable = await FramePort.open(slave, 'eth0', isAnnounce);
    const slaves = VLANS.map((vlan) =>
      Ptp4l.slave(network, slave, { interfaces: [`eth0.${vlan}`], settings: INTERVALS }),
    );
    const samplers = slaves.map((peer) => peer.sampleOffsets());
    const offsetsNs = await asleep(() =>
      Promise.all(
        samplers.map((sampler, index) =>
          until(
            `offsets in VLAN ${VLANS[index]}`,
            () => sampler.latest(OFFSETS)?.at(-1),
            FOLLOWING_TIMEOUT_MS,
            () => slaves[index]!.child.output,
          ),
        ),
      ),
    );
    return {
      grandmasters,
      clocks: clocks.map(({ clock, parent, foreignMasters }) => ({
        instance: clock.instance,
        grandmasterIdentity: parent.grandmasterIdentity,
        heard: foreignMasters.map(({ grandmasterIdentity }) => grandmasterIdentity),
        aheadSeconds: clock.aheadOfSystemClockNs / nsPerSecond,
      })),
      slaves: slaves.map(({ child }, index) => ({
        chosen: child.lines.flatMap((line) => /best master clock (\S+)/.exec(line)?.[1] ?? []),
        aheadSeconds: -offsetsNs[index]! / nsPerSecond,
      })),
      announced: [...new Set(cable.received.map(inWords))].toSorted(),
    };
  } finally {
    await network.close();
  }
}
