/** Instances on a fake data plane under virtual time, and a neighbour of theirs that measures its links. */
import type { Config, InstanceConfig, PeerToPeerConfig } from '../../../../src/config/config.js';
import type { Transport } from '../../../../src/core/io.js';
import { defaultProfile } from '../../../../src/core/profile/default.js';
import { decode, encode, type Message } from '../../../../src/core/wire/message.js';
import { Instances } from '../../../../src/daemon/instances/instances.js';
import { noTimeFacts, type TimeFacts } from '../../../../src/daemon/instances/own-times.js';
import {
  decapsulate,
  encapsulate,
  type LocalAddress,
} from '../../../../src/daemon/runtime/encapsulation.js';
import type { EngineRecord, SubmitFrame } from '../../../../src/native/data-plane.js';
import { portsNamed } from '../../../support/config-ports.js';
import { pdelayResp, pdelayRespFollowUp } from '../../../support/peer-delay.js';
import { VirtualTime } from '../../../support/virtual-time.js';
import { FakeDataPlane } from '../fake-data-plane.js';

export const peerToPeer: PeerToPeerConfig = {
  type: 'p2p-tc',
  domain: 'any',
  logMinPdelayReqInterval: 0,
};
export const second = 1e9;
export const offset = { l2: 14, udp4: 42, udp6: 62 } as const;

const neighborAddresses: Record<Transport, LocalAddress> = {
  l2: { transport: 'l2', mac: '02:00:00:00:00:99' },
  udp4: { transport: 'udp4', mac: '02:00:00:00:00:99', ip: '192.0.2.9' },
  udp6: { transport: 'udp6', mac: '02:00:00:00:00:99', ip: 'fe80::99' },
};

export function setup(
  instances: readonly InstanceConfig[] = [peerToPeer],
  addresses: { ipv4?: string; linkLocalIpv6?: string } = {},
  timeFacts: TimeFacts = noTimeFacts,
) {
  const config: Config = {
    timestamping: 'auto',
    ports: portsNamed('eth1', 'eth2'),
    instances,
  };
  const dataPlane = new FakeDataPlane({ ...config, busyPoll: false });
  const time = new VirtualTime();
  const clock = new Instances({
    dataPlane,
    config,
    timerClock: time,
    addressesOf: () => ({ ipv4: undefined, linkLocalIpv6: undefined, ...addresses }),
    onEvent: () => undefined,
    timeFacts,
  });
  clock.start();
  return { dataPlane, time, clock, config };
}

export interface Submitted {
  readonly port: number;
  readonly context: number | undefined;
  readonly transport: Transport;
  readonly message: Message;
  readonly frame: Uint8Array;
}

export function open({ port, frame, context }: SubmitFrame): Submitted {
  for (const at of Object.values(offset)) {
    const found = decapsulate(frame, at, frame.length - at);
    const result = found && decode(found.message);
    if (found && result?.ok && offset[found.transport] === at) {
      return { port, context, transport: found.transport, message: result.message, frame };
    }
  }
  throw new Error('not a PTP frame');
}

export const requests = (dataPlane: FakeDataPlane) =>
  dataPlane.submitted.map(open).filter(({ message }) => message.messageType === 'Pdelay_Req');

export function frameRecord(
  port: number,
  transport: Transport,
  message: Message,
  timestampNs: bigint,
) {
  const octets = encode(message);
  return {
    kind: 'frame',
    port,
    frame: encapsulate(
      octets,
      { kind: 'multicast' },
      neighborAddresses[transport],
      defaultProfile.encapsulation,
    ),
    timestampNs,
    ptpOffset: offset[transport],
    ptpLength: octets.length,
  } satisfies EngineRecord;
}

/** The neighbour's answer over a link of 700 ns. */
export function answer(
  dataPlane: FakeDataPlane,
  { port, transport, context, message }: Submitted,
): void {
  const { header } = message;
  dataPlane.report(
    { kind: 'transmitTimestamp', port, context: context ?? NaN, timestampNs: 10_000n },
    frameRecord(port, transport, pdelayResp(header, 10_700n), 61_400n),
    frameRecord(port, transport, pdelayRespFollowUp(header, 60_700n), 0n),
  );
}
