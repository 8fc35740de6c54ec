/** Ordinary clocks on a data plane of this file's own, under virtual time. */
import { describe, expect, it } from 'vitest';
import { TimeReceiver, type OffsetSample } from '../../../../src/lab/stations/time-receiver.js';
import { TimeSource } from '../../../../src/lab/stations/time-source.js';
import type { Input, Output } from '../../../../src/core/io.js';
import { defaultProfile } from '../../../../src/core/profile/default.js';
import { durationNs } from '../../../../src/core/time/instant.js';
import { decode } from '../../../../src/core/wire/message.js';
import { decapsulate, encapsulate } from '../../../../src/daemon/runtime/encapsulation.js';
import type { Attachment } from '../../../../src/daemon/runtime/attachment.js';
import { Pump, type PortLatency, type PumpEvent } from '../../../../src/daemon/runtime/pump.js';
import type { EngineRecord } from '../../../../src/native/data-plane.js';
import {
  receiverAddress,
  receiverSettings,
  sourceAddress,
  sourceSettings,
} from '../../../support/ordinary-clocks.js';
import { VirtualTime } from '../../../support/virtual-time.js';
import { FakeDataPlane } from './pumped-data-plane.js';

const { encapsulation } = defaultProfile;
const ptpOffset = { l2: 14, udp4: 42 } as const;

/** Takes down its inputs and answers with what the test says. */
class ScriptedInstance {
  readonly inputs: Input[] = [];
  readonly #answer: (input: Input) => readonly Output[];

  constructor(answer: (input: Input) => readonly Output[] = () => []) {
    this.#answer = answer;
  }

  step(input: Input): readonly Output[] {
    this.inputs.push(input);
    return this.#answer(input);
  }
}

function setup(
  attached: readonly Omit<Attachment, 'name' | 'encapsulation'>[],
  mac = receiverAddress.mac,
  latencies: readonly PortLatency[] = [],
) {
  const dataPlane = new FakeDataPlane(mac);
  const time = new VirtualTime();
  const events: PumpEvent[] = [];
  const attachments = attached.map((each, index) => ({
    name: `instance ${index}`,
    encapsulation,
    ...each,
  }));
  const pump = new Pump({
    dataPlane,
    attachments,
    latencies,
    timerClock: time,
    onEvent: (event) => events.push(event),
  });
  return { dataPlane, time, events, pump, attachments };
}

/** A frame of the time source as the engine hands it up. */
function frameRecord(
  messageType: 'Announce' | 'Sync',
  transport: 'l2' | 'udp4' = 'l2',
  unicastMac?: string,
): Extract<EngineRecord, { kind: 'frame' }> {
  const clock = new TimeSource(sourceSettings);
  const message = clock
    .step({ kind: 'link', port: 0, up: true })
    .flatMap((output) => ('message' in output ? [output.message] : []))
    .find((octets) => {
      const result = decode(octets);
      return result.ok && result.message.messageType === messageType;
    });
  if (message === undefined) throw new Error(`no ${messageType}`);
  const ip = '192.0.2.1';
  const frame = encapsulate(
    message,
    unicastMac === undefined
      ? { kind: 'multicast' }
      : { kind: 'unicast', mac: unicastMac, ip: '192.0.2.2' },
    { transport, mac: sourceAddress.mac, ip },
    encapsulation,
  );
  return {
    kind: 'frame',
    port: 0,
    frame,
    timestampNs: 5_000n,
    ptpOffset: ptpOffset[transport],
    ptpLength: message.length,
  };
}

/** An Announce with that tag control information (IEEE 802.1Q, 9.6). */
function taggedRecord(tag: number): Extract<EngineRecord, { kind: 'frame' }> {
  const record = frameRecord('Announce');
  const octets = Buffer.from(record.frame);
  const inserted = Buffer.of(0x81, 0x00, tag >> 8, tag & 0xff);
  return {
    ...record,
    frame: Buffer.concat([octets.subarray(0, 12), inserted, octets.subarray(12)]),
    ptpOffset: record.ptpOffset + inserted.length,
  };
}

const l2 = [{ transport: 'l2' }] as const;
const udp4 = [{ transport: 'udp4', ip: '192.0.2.2' }] as const;

describe('the pump', () => {
  it('tells an instance of links that are up when it starts', () => {
    const up = new ScriptedInstance();
    setup([{ instance: up, ports: l2 }]).pump.start();
    expect(up.inputs).toEqual([{ kind: 'link', port: 0, up: true }]);

    const down = new ScriptedInstance();
    const { dataPlane, pump } = setup([{ instance: down, ports: l2 }]);
    dataPlane.info = { ...dataPlane.info, link: false };
    pump.start();
    expect(down.inputs).toEqual([]);
  });

  it('tells of a port that its bridge blocks that its link is up, and blocked', () => {
    const instance = new ScriptedInstance();
    const { pump } = setup([{ instance, ports: l2 }]);
    pump.setForwarding(0, false);
    pump.start();
    pump.setForwarding(0, false);
    pump.setForwarding(0, true);
    expect(instance.inputs).toEqual([
      { kind: 'link', port: 0, up: true, blocked: true },
      { kind: 'link', port: 0, up: true },
    ]);
  });

  it('hands a frame to the instances of its transport, time stamp on event messages only', () => {
    const onL2 = new ScriptedInstance();
    const onUdp4 = new ScriptedInstance();
    const { dataPlane, pump } = setup([
      { instance: onL2, ports: l2 },
      { instance: onUdp4, ports: udp4 },
    ]);
    pump.start();
    dataPlane.deliver(frameRecord('Sync'), frameRecord('Announce', 'udp4'));
    expect(onL2.inputs[1]).toMatchObject({
      kind: 'message',
      source: { kind: 'unicast', mac: sourceAddress.mac },
      toUnicast: false,
      ingressTimestamp: 5_000n * 65536n,
    });
    expect(onUdp4.inputs[1]).toMatchObject({
      source: { kind: 'unicast', mac: sourceAddress.mac, ip: '192.0.2.1' },
    });
    expect(onUdp4.inputs[1]).not.toHaveProperty('ingressTimestamp');
    expect([onL2.inputs.length, onUdp4.inputs.length]).toEqual([2, 2]);
  });

  it('moves time stamps from where they were taken to the reference plane (7.3.4)', () => {
    const send = { kind: 'sendEvent', port: 0, destination: { kind: 'multicast' }, context: 1 };
    const message = frameRecord('Sync').frame.subarray(ptpOffset.l2);
    const instance = new ScriptedInstance((input) =>
      input.kind === 'link' ? [{ ...send, message } as Output] : [],
    );
    const latencies = [{ ingressLatencyNs: 35.5, egressLatencyNs: 20 }];
    const { dataPlane, pump } = setup([{ instance, ports: l2 }], receiverAddress.mac, latencies);
    pump.start();
    dataPlane.deliver(frameRecord('Sync'), {
      kind: 'transmitTimestamp',
      port: 0,
      context: 1,
      timestampNs: 7_000n,
    });
    expect(instance.inputs.slice(1)).toMatchObject([
      { kind: 'message', ingressTimestamp: (9_929n * 65536n) / 2n },
      { kind: 'transmitTimestamp', egressTimestamp: 7_020n * 65536n },
    ]);
  });

  it('tells of Syncs that pass to those who watch for them', () => {
    const watching = new ScriptedInstance();
    const other = new ScriptedInstance();
    const { dataPlane, pump } = setup([
      { instance: other, ports: l2 },
      { instance: watching, ports: [], observesSyncs: true },
    ]);
    pump.start();
    dataPlane.deliver({
      kind: 'syncObserved',
      port: 0,
      sdoId: 0x100,
      domainNumber: 9,
      sourcePortIdentity: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 7, 0, 3),
      sequenceId: 1,
      timestampNs: 1_000n,
      preciseOriginTimestampNs: 900n,
      correction: 5n,
    });
    expect(watching.inputs).toEqual([
      {
        kind: 'syncObserved',
        port: 0,
        sdoId: 0x100,
        domainNumber: 9,
        sourcePortIdentity: { clockIdentity: 7n, portNumber: 3 },
        syncEventIngressTimestamp: 1_000n * 65536n,
        preciseOriginTimestamp: 900n * 65536n,
        correctionField: 5n,
      },
    ]);
    expect(other.inputs).toHaveLength(1);
  });

  it('gives no time stamp where the kernel gave none', () => {
    const instance = new ScriptedInstance();
    const { dataPlane, pump } = setup([{ instance, ports: l2 }]);
    pump.start();
    dataPlane.deliver({ ...frameRecord('Sync'), timestampNs: 0n });
    expect(instance.inputs[1]).not.toHaveProperty('ingressTimestamp');
  });

  it('takes unicast frames of its own address and no other', () => {
    const instance = new ScriptedInstance();
    const { dataPlane, pump, events } = setup([{ instance, ports: udp4 }]);
    pump.start();
    dataPlane.deliver(
      frameRecord('Sync', 'udp4', receiverAddress.mac),
      frameRecord('Sync', 'udp4', '02:00:00:00:00:77'),
      frameRecord('Sync', 'l2'),
      { ...frameRecord('Sync'), ptpOffset: 1_000 },
    );
    expect(instance.inputs).toHaveLength(2);
    expect(instance.inputs[1]).toMatchObject({ toUnicast: true });
    expect(events).toMatchObject([
      { kind: 'unclaimed', port: 0, reason: 'otherHost' },
      { kind: 'unclaimed', port: 0, reason: 'otherTransport' },
      { kind: 'unclaimed', port: 0, reason: 'notPtp' },
    ]);
  });

  it('speaks in the VLAN of the port, and listens to no other', () => {
    const untagged = new ScriptedInstance();
    const inVlan = new ScriptedInstance((input) =>
      input.kind === 'message'
        ? [
            {
              ...{ kind: 'sendGeneral', port: 0, message: input.message },
              destination: { kind: 'multicast' },
            },
          ]
        : [],
    );
    const { dataPlane, pump, events } = setup([
      { instance: untagged, ports: l2 },
      { instance: inVlan, ports: [{ transport: 'l2', vlanId: 100 }] },
    ]);
    pump.start();
    dataPlane.deliver(
      taggedRecord(0xe064),
      taggedRecord(0x0005),
      taggedRecord(0xe000),
      frameRecord('Announce'),
    );
    expect(inVlan.inputs).toHaveLength(2);
    // A tag of VLAN 0 is for the priority alone.
    expect(untagged.inputs).toHaveLength(3);
    expect(events).toMatchObject([{ kind: 'unclaimed', port: 0, reason: 'otherVlan' }]);
    const sent = Buffer.from(dataPlane.submitted[0]?.[0]?.frame ?? []);
    expect(sent.subarray(12, 18).toString('hex')).toBe('8100e06488f7');
    expect(sent.subarray(18)).toEqual(Buffer.from(frameRecord('Announce').frame.subarray(14)));
  });

  it('submits all that one drain leads to as one batch', () => {
    const { dataPlane, pump } = setup(
      [{ instance: new TimeSource(sourceSettings), ports: l2 }],
      sourceAddress.mac,
    );
    pump.start();
    expect(dataPlane.submitted.map((frames) => frames.length)).toEqual([2]);
    dataPlane.deliver(
      { kind: 'transmitTimestamp', port: 0, context: 0, timestampNs: 7n },
      { kind: 'transmitTimestamp', port: 0, context: 99, timestampNs: 8n },
    );
    const frames = dataPlane.submitted[1] ?? [];
    expect(frames).toHaveLength(1);
    expect(frames[0]).not.toHaveProperty('context');
  });

  it('keeps the contexts of several instances apart', () => {
    const send: Output = {
      kind: 'sendEvent',
      port: 0,
      message: decapsulate(frameRecord('Sync').frame, 14, 44)?.message ?? new Uint8Array(),
      destination: { kind: 'multicast' },
      context: 2 ** 24 - 1,
    };
    const answer = (input: Input) => (input.kind === 'link' ? [send] : []);
    const instances = Array.from({ length: 256 }, () => new ScriptedInstance(answer));
    const { dataPlane, pump } = setup(instances.map((instance) => ({ instance, ports: l2 })));
    pump.start();
    const contexts = (dataPlane.submitted[0] ?? []).map(({ context }) => context);
    expect(new Set(contexts).size).toBe(256);
    expect(contexts[255]).toBe(2 ** 32 - 1);
    dataPlane.deliver(
      { kind: 'transmitTimestamp', port: 0, context: contexts[255] ?? NaN, timestampNs: 1n },
      { kind: 'transmitTimestampLost', port: 0, context: contexts[200] ?? NaN },
    );
    expect(instances[255]?.inputs[1]).toEqual({
      kind: 'transmitTimestamp',
      port: 0,
      context: 2 ** 24 - 1,
      egressTimestamp: 65536n,
    });
    expect(instances[200]?.inputs[1]).toMatchObject({ kind: 'transmitTimestampLost' });
    expect(instances[1]?.inputs).toHaveLength(1);
  });

  it('keeps the timers of several instances apart', () => {
    const answer = (after: number) => (input: Input) =>
      input.kind === 'link'
        ? [{ kind: 'setTimer', timer: 't', after: durationNs(after) } as const]
        : [];
    const first = new ScriptedInstance(answer(10));
    const second = new ScriptedInstance(answer(20));
    const { time, pump } = setup([
      { instance: first, ports: l2 },
      { instance: second, ports: l2 },
    ]);
    pump.start();
    time.advance(15);
    expect(first.inputs[1]).toEqual({ kind: 'timer', timer: 't' });
    expect(second.inputs).toHaveLength(1);
    time.advance(15);
    expect(second.inputs).toHaveLength(2);
  });

  it('sends at the rate of the timers', () => {
    const { dataPlane, time, pump } = setup(
      [{ instance: new TimeSource({ ...sourceSettings, logSyncInterval: -4 }), ports: l2 }],
      sourceAddress.mac,
    );
    pump.start();
    time.advance(10e9 + 1);
    const syncs = dataPlane.submitted.flat().filter(({ context }) => context !== undefined);
    expect(syncs).toHaveLength(161);
  });

  it('learns a new MAC address when an interface returns', () => {
    const { dataPlane, pump, events } = setup(
      [{ instance: new TimeSource(sourceSettings), ports: l2 }],
      sourceAddress.mac,
    );
    pump.start();
    const absent: EngineRecord = { kind: 'link', port: 0, present: false, up: false };
    const returned: EngineRecord = { kind: 'link', port: 0, present: true, up: true };
    dataPlane.deliver(absent);
    dataPlane.info = { ...dataPlane.info, mac: '02:00:00:00:00:09' };
    dataPlane.deliver(returned);
    const frame = dataPlane.submitted[1]?.[0]?.frame ?? new Uint8Array();
    expect([...frame.subarray(6, 12)]).toEqual([2, 0, 0, 0, 0, 9]);
    expect(events).toEqual([absent, returned]);
  });

  it('does not send from an interface that is gone', () => {
    const { dataPlane, pump, events, attachments } = setup(
      [{ instance: new TimeSource(sourceSettings), ports: l2 }],
      '',
    );
    pump.start();
    expect(dataPlane.submitted).toEqual([]);
    expect(events).toContainEqual({
      kind: 'discarded',
      port: 0,
      reason: 'interfaceAbsent',
      attachment: attachments[0],
    });
  });

  it('passes samples, discards and port errors on', () => {
    const { dataPlane, pump, events, attachments } = setup([
      { instance: new ScriptedInstance(), ports: [undefined] },
      { instance: new TimeReceiver(receiverSettings), ports: l2 },
    ]);
    pump.start();
    const error: EngineRecord = { kind: 'portError', port: 0, message: 'eth0: ENOBUFS' };
    dataPlane.deliver(frameRecord('Sync'), error);
    expect(events).toEqual([
      { kind: 'discarded', port: 0, reason: 'otherMaster', attachment: attachments[1] },
      error,
    ]);
  });

  it('says which instance threw', () => {
    const { pump } = setup([
      { instance: new ScriptedInstance(), ports: l2 },
      {
        instance: new ScriptedInstance(() => {
          throw new RangeError('out of range');
        }),
        ports: l2,
      },
    ]);
    expect(() => pump.start()).toThrow('instance 1: out of range');
  });

  it('carries out outputs of an instance that come of something else than an input', () => {
    const { pump, time, attachments } = setup([
      { instance: new ScriptedInstance(), ports: l2 },
      { instance: new ScriptedInstance(), ports: l2 },
    ]);
    pump.start();
    const [, second] = attachments;
    if (second === undefined) throw new Error('two attachments');
    pump.carryOut(second, [{ kind: 'setTimer', timer: 't', after: durationNs(10) }]);
    time.advance(15);
    const inputs = attachments.map(({ instance }) => (instance as ScriptedInstance).inputs);
    expect(inputs.map((each) => each.length)).toEqual([1, 2]);
    expect(() => pump.carryOut({ ...second }, [])).toThrow('instance 1 is not attached');
  });

  it('does nothing more once stopped, even in the middle of a batch', () => {
    const { dataPlane, time, pump, events } = setup(
      [{ instance: new TimeSource(sourceSettings), ports: l2 }],
      sourceAddress.mac,
    );
    pump.start();
    pump.stop();
    expect(time.pending).toBe(0);
    dataPlane.deliver(frameRecord('Sync'));
    time.advance(60e9);
    expect(dataPlane.submitted).toHaveLength(1);
    expect(events).toEqual([]);

    const stopping = new ScriptedInstance((input) =>
      input.kind === 'link'
        ? []
        : [
            { kind: 'discarded', port: 0, reason: 'any' },
            { kind: 'setTimer', timer: 't', after: durationNs(1) },
          ],
    );
    const plane = new FakeDataPlane(receiverAddress.mac);
    const clock = new VirtualTime();
    const second: Pump = new Pump({
      dataPlane: plane,
      attachments: [{ name: 'stopping', instance: stopping, encapsulation, ports: l2 }],
      timerClock: clock,
      onEvent: () => {
        second.stop();
      },
    });
    second.start();
    plane.deliver(frameRecord('Sync'), frameRecord('Sync'));
    expect(clock.pending).toBe(0);
  });
});

describe('a time source and a time receiver, each behind its pump', () => {
  it('measure an offset over frames', () => {
    const time = new VirtualTime();
    const samples: OffsetSample[] = [];
    const ends = [
      {
        address: sourceAddress,
        clock: new TimeSource({ ...sourceSettings, logSyncInterval: -3 }),
      },
      {
        address: receiverAddress,
        clock: new TimeReceiver({ ...receiverSettings, transmission: 'hybrid' }, (sample) =>
          samples.push(sample),
        ),
      },
    ].map(({ address, clock }) => {
      const dataPlane = new FakeDataPlane(address.mac);
      const events: PumpEvent[] = [];
      const pump = new Pump({
        dataPlane,
        attachments: [
          {
            ...{ name: 'clock', instance: clock, encapsulation },
            ports: [{ transport: 'udp4', ip: address.ip ?? '' }],
          },
        ],
        timerClock: time,
        onEvent: (event) => events.push(event),
      });
      return { dataPlane, events, pump };
    });
    const [source, receiver] = ends;
    if (!source || !receiver) throw new Error('two ends');

    /** A cable of 250 ns between clocks that agree. */
    const carry = (from: typeof source, to: typeof source) => {
      for (const { frame, context } of from.dataPlane.submitted.splice(0).flat()) {
        const timestampNs = BigInt(time.now()) + 1_000_000_000n;
        if (context !== undefined) {
          from.dataPlane.deliver({ kind: 'transmitTimestamp', port: 0, context, timestampNs });
        }
        const ptpLength = (frame[44] ?? 0) * 256 + (frame[45] ?? 0);
        to.dataPlane.deliver({
          kind: 'frame',
          port: 0,
          frame,
          timestampNs: timestampNs + 250n,
          ptpOffset: ptpOffset.udp4,
          ptpLength,
        });
      }
    };
    receiver.pump.start();
    source.pump.start();
    for (let step = 0; step < 10_000; step += 1) {
      carry(source, receiver);
      carry(receiver, source);
      time.advance(1e6);
    }
    expect(samples.length).toBeGreaterThan(50);
    for (const sample of samples) {
      expect(sample).toMatchObject({ corrected: { offsetNs: 0, meanPathDelayNs: 250 } });
    }
  });
});
