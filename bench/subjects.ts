/** What is compared: ways to get PTP frames from one port of a box to the others. */

import { existsSync } from 'node:fs';
import { Ptp4l, type Transport } from '../test/support/netns/ptp4l.js';
import { COMMAND_LINE, Switch, type SwitchOptions } from '../test/support/netns/switch.js';
import type { LoadTransport } from './load.js';
import type { Rig } from './rig.js';

export interface Subject {
  readonly name: string;
  /** Where times are taken: on a processor of its own, not on the one that frames arrive on. One that spins must be. */
  readonly ownProcessor: boolean;
  /** The only suites of suites.ts that it takes part in; undefined is all. */
  readonly suites?: readonly string[];
  /** Puts the subject into the rig's device, on one processor, and waits until it forwards. Ends with the rig. */
  start(rig: Rig, transport: LoadTransport, cpu: number): Promise<void>;
}

export const PTP4L_TRANSPORT: Readonly<Record<LoadTransport, Transport>> = {
  l2: 'L2',
  udp4: 'UDPv4',
};
/** ptp4l opens its ports without delay; this is for a busy machine. */
const PTP4L_START_TIMEOUT_MS = 10_000;

export function ptpSwitch(
  name: string,
  { busyPoll = false, commandLine }: Pick<SwitchOptions, 'busyPoll' | 'commandLine'> = {},
): Subject {
  return {
    name,
    ownProcessor: busyPoll,
    async start(rig, _transport, cpu) {
      const instance = new Switch(rig.network, rig.device, rig.deviceInterfaces, {
        commandLine,
        busyPoll,
        cpu,
      });
      await instance.waitUntilForwarding();
    },
  };
}

const ptp4lTransparentClock: Subject = {
  name: 'ptp4l E2E_TC',
  ownProcessor: false,
  async start(rig, transport, cpu) {
    const peer = Ptp4l.transparentClock(rig.network, rig.device, {
      interfaces: rig.deviceInterfaces,
      transport: PTP4L_TRANSPORT[transport],
      cpu,
    });
    await peer.child.waitForLine(/port 0: INITIALIZING to LISTENING/, PTP4L_START_TIMEOUT_MS);
  },
};

/** What a spinning subject is compared with: the same placement. */
const ptp4lOnOwnProcessor: Subject = {
  ...ptp4lTransparentClock,
  name: 'ptp4l E2E_TC, own processor',
  ownProcessor: true,
  suites: [],
};

/** Forwards within the kernel, on whatever processor sends; corrects nothing. */
const kernelBridge: Subject = {
  name: 'kernel bridge',
  ownProcessor: false,
  start(rig) {
    rig.device.ip(
      'link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0',
      ...rig.deviceInterfaces.map((name) => `link set ${name} master br0`),
      'link set br0 up',
    );
    return Promise.resolve();
  },
};

/** Those that can run here. */
export function availableSubjects(): Subject[] {
  const ours = existsSync(COMMAND_LINE)
    ? [ptpSwitch('ptp-switch'), ptpSwitch('ptp-switch --busy-poll', { busyPoll: true })]
    : [];
  if (ours.length === 0) console.warn(`ptp-switch is left out: ${COMMAND_LINE} is not built`);
  return [...ours, ptp4lTransparentClock, ptp4lOnOwnProcessor, kernelBridge];
}
