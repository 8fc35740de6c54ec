/**
 * Drives core instances from a data plane: the records that the engine hands up become inputs of the instances, and their
 * outputs become frames to submit, timers, or events for the caller. Nothing is decided here.
 */
import type { Input, Output, PortIndex } from '../../core/io.js';
import { instantAfter, instantFromNs, type Instant } from '../../core/time/instant.js';
import { timeInterval, timeIntervalFromNs } from '../../core/time/time-interval.js';
import { viewOf } from '../../core/wire/codec.js';
import { readPortIdentity } from '../../core/wire/derived-types.js';
import {
  domainNumberIn,
  isEventMessage,
  sdoIdIn,
  type MessageType,
} from '../../core/wire/header.js';
import type { DataPlane, EngineRecord, MessageKey, SubmitFrame } from '../../native/data-plane.js';
import { isGroupMac } from './addresses.js';
import {
  decapsulate,
  encapsulate,
  type LocalAddress,
  type ReceivedFrame,
} from './encapsulation.js';
import type { Attachment } from './attachment.js';
import { FailedRecords } from './failed-records.js';
import {
  instanceContextBits,
  NumberedAttachments,
  type NumberedAttachment,
} from './numbered-attachments.js';
import { Timers, type TimerClock } from './timers.js';

/** What an instance reports rather than has done: measurements, and what it has discarded. */
export type Report = Extract<Output, { kind: 'linkDelay' | 'rateRatio' | 'discarded' }>;

/** From the reference plane to the time stamping point and back, nanoseconds (7.3.4). */
export interface PortLatency {
  readonly ingressLatencyNs: number;
  readonly egressLatencyNs: number;
}

export type PumpEvent =
  /** A report, with the attachment of the instance that it comes from. */
  | (Report & { readonly attachment: Attachment })
  /** No instance takes such messages on that transport and port, or the frame is addressed to another host. */
  | { readonly kind: 'unclaimed'; readonly port: PortIndex; readonly reason: 'notPtp' }
  | (MessageKey & {
      readonly kind: 'unclaimed';
      readonly announce: boolean;
      readonly reason: UnclaimedReason;
    })
  | Extract<EngineRecord, { kind: 'link' | 'clockMoved' | 'notice' | 'unserved' | 'portError' }>;

export type UnclaimedReason = 'otherTransport' | 'otherVlan' | 'otherHost';

export interface PumpOptions {
  readonly dataPlane: DataPlane;
  readonly attachments: readonly Attachment[];
  /** By port. Records hold raw time stamps, the instances get them as at the reference plane. 0 unless set. */
  readonly latencies?: readonly PortLatency[];
  readonly timerClock: TimerClock;
  readonly onEvent: (event: PumpEvent) => void;
}

export class Pump {
  readonly #dataPlane: DataPlane;
  readonly #numbered = new NumberedAttachments();
  readonly #latencies: readonly PortLatency[];
  readonly #timers: Timers;
  readonly #onEvent: (event: PumpEvent) => void;
  /** By port; empty while the interface does not exist. */
  #macs: readonly string[];
  /** Frames to be submitted together. */
  #batch: SubmitFrame[] = [];
  readonly #links: boolean[] = [];
  readonly #blocked = new Set<PortIndex>();
  readonly #failed = new FailedRecords();
  #running = false;

  constructor({ dataPlane, attachments, latencies = [], timerClock, onEvent }: PumpOptions) {
    this.#dataPlane = dataPlane;
    this.#latencies = latencies;
    this.#timers = new Timers(timerClock);
    this.#onEvent = onEvent;
    this.#macs = dataPlane.ports().map(({ mac }) => mac);
    this.#numbered.replace(attachments);
  }

  /**
   * Those that stay go on; those that are no longer listed get nothing more. New ones are told which links are up, after `prepare`.
   */
  replace(attachments: readonly Attachment[], prepare: () => void): void {
    const { added, removed } = this.#numbered.replace(attachments);
    for (const { number } of removed) {
      this.#timers.cancelWhere((name) => name.startsWith(`${number}/`));
    }
    prepare();
    if (!this.#running) return;
    for (const numbered of added) {
      for (const port of numbered.attachment.ports.keys()) {
        if (numbered.attachment.ports[port] === undefined || !this.#links[port]) continue;
        this.#step(numbered, this.#linkInput(port));
      }
    }
    this.#submit();
  }

  /** Tells the instances which links are up, and from then on steps them with every record and timer. */
  start(): void {
    this.#running = true;
    this.#dataPlane.onReadable(() => {
      this.#drain();
    });
    for (const [port, { present, link }] of this.#dataPlane.ports().entries()) {
      this.#links[port] = present && link;
      if (this.#links[port] === true) this.#stepWithLink(port);
    }
    this.#submit();
  }

  /** Ports that their bridge blocks carry peer delay alone. All ports forward until this says otherwise. */
  setForwarding(port: PortIndex, forwarding: boolean): void {
    if (this.#blocked.has(port) !== forwarding) return;
    if (forwarding) this.#blocked.delete(port);
    else this.#blocked.add(port);
    if (!this.#running || this.#links[port] !== true) return;
    this.#stepWithLink(port);
    this.#submit();
  }

  #stepWithLink(port: PortIndex): void {
    this.#stepAll(this.#linkInput(port));
  }

  #linkInput(port: PortIndex): Extract<Input, { kind: 'link' }> {
    const up = this.#links[port] === true;
    const blocked = up && this.#blocked.has(port);
    return { kind: 'link', port, up, ...(blocked && { blocked }) };
  }

  /** Records that were left out, because something threw. */
  get failedRecords(): number {
    return this.#failed.count;
  }

  /** Takes no more records and lets no timer expire. The data plane stays open: its owner closes it. */
  stop(): void {
    this.#running = false;
    this.#timers.cancelAll();
  }

  /**
   * Carries out outputs of an instance that come of something else than an input from here: a management request of the
   * operator.
   */
  carryOut(attachment: Attachment, outputs: readonly Output[]): void {
    const numbered = this.#numbered.of(attachment);
    if (numbered === undefined) throw new RangeError(`${attachment.name} is not attached`);
    for (const output of outputs) this.#carryOut(numbered, output);
    this.#submit();
  }

  #drain(): void {
    if (!this.#running) return;
    for (const record of this.#dataPlane.drain()) this.#take(record);
    this.#submit();
  }

  /** A fault that one record meets costs that record alone, for its sender has more of them. */
  #take(record: EngineRecord): void {
    try {
      this.#onRecord(record);
    } catch (error) {
      const message = this.#failed.note(record, error);
      if (message !== undefined) this.#onEvent({ kind: 'portError', port: record.port, message });
    }
  }

  #submit(): void {
    if (!this.#running || this.#batch.length === 0) return;
    const frames = this.#batch;
    this.#batch = [];
    this.#dataPlane.submit(frames);
  }

  #onRecord(record: EngineRecord): void {
    switch (record.kind) {
      case 'frame':
        this.#onFrame(record);
        return;
      case 'transmitTimestamp': {
        const { kind, port, context, timestampNs } = record;
        const egressTimestamp = this.#egressTimestamp(port, timestampNs);
        this.#stepOwner({ kind, port, context, egressTimestamp });
        return;
      }
      case 'transmitTimestampLost':
        this.#stepOwner(record);
        return;
      case 'link':
        this.#macs = this.#dataPlane.ports().map(({ mac }) => mac);
        this.#links[record.port] = record.present && record.up;
        this.#stepWithLink(record.port);
        this.#onEvent(record);
        return;
      case 'syncObserved':
        this.#onSyncObserved(record);
        return;
      case 'clockMoved':
      case 'notice':
      case 'unserved':
      case 'portError':
        this.#onEvent(record);
        return;
    }
  }

  #onSyncObserved(record: Extract<EngineRecord, { kind: 'syncObserved' }>): void {
    const { port, sdoId, domainNumber } = record;
    const input: Input = {
      kind: 'syncObserved',
      port,
      sdoId,
      domainNumber,
      sourcePortIdentity: readPortIdentity(viewOf(record.sourcePortIdentity), 0),
      syncEventIngressTimestamp: this.#ingressTimestamp(port, record.timestampNs),
      preciseOriginTimestamp: instantFromNs(record.preciseOriginTimestampNs),
      correctionField: timeInterval(record.correction),
    };
    for (const numbered of this.#numbered.list) {
      if (numbered.attachment.observesSyncs === true) this.#step(numbered, input);
    }
  }

  /** 7.3.4.2: a received message passed the reference plane before it was time stamped, a sent one passes it after. */
  #ingressTimestamp(port: PortIndex, timestampNs: bigint): Instant {
    const latencyNs = this.#latencies[port]?.ingressLatencyNs ?? 0;
    return instantAfter(instantFromNs(timestampNs), timeIntervalFromNs(-latencyNs));
  }

  #egressTimestamp(port: PortIndex, timestampNs: bigint): Instant {
    const latencyNs = this.#latencies[port]?.egressLatencyNs ?? 0;
    return instantAfter(instantFromNs(timestampNs), timeIntervalFromNs(latencyNs));
  }

  #onFrame(record: Extract<EngineRecord, { kind: 'frame' }>): void {
    const { port, timestampNs } = record;
    const received = decapsulate(record.frame, record.ptpOffset, record.ptpLength);
    if (received === undefined) {
      return this.#onEvent({ kind: 'unclaimed', port, reason: 'notPtp' });
    }
    const { message, messageType, source, destinationMac } = received;

    // The data plane listens promiscuously: a switch floods frames of hosts it has not learned.
    const toUnicast = !isGroupMac(destinationMac);
    if (toUnicast && destinationMac !== this.#macs[port]) {
      return this.#unclaimed(port, received, 'otherHost');
    }

    const stamped = messageType !== undefined && isEventMessage(messageType) && timestampNs !== 0n;
    this.#deliver(
      stamped
        ? {
            kind: 'message',
            port,
            message,
            source,
            toUnicast,
            ingressTimestamp: this.#ingressTimestamp(port, timestampNs),
          }
        : { kind: 'message', port, message, source, toUnicast },
      received,
    );
  }

  /** Steps every instance that takes such messages on that port, transport and VLAN. */
  #deliver(input: Extract<Input, { kind: 'message' }>, received: ReceivedFrame): void {
    const { transport, messageType, vlanId } = received;
    const { port } = input;
    let unclaimed: UnclaimedReason | undefined = 'otherTransport';
    for (const numbered of this.#numbered.list) {
      const own = numbered.attachment.ports[port];
      if (own?.transport !== transport) continue;
      if (!takes(numbered.attachment, messageType)) continue;
      if (numbered.attachment.accepts?.(keyOf(port, received), messageType) === false) continue;
      if (own.vlanId !== 'any' && own.vlanId !== vlanId) {
        unclaimed &&= 'otherVlan';
        continue;
      }
      unclaimed = undefined;
      this.#step(numbered, input);
    }
    if (unclaimed !== undefined) this.#unclaimed(port, received, unclaimed);
  }

  #unclaimed(port: PortIndex, received: ReceivedFrame, reason: UnclaimedReason): void {
    const announce = received.messageType === 'Announce';
    this.#onEvent({ kind: 'unclaimed', ...keyOf(port, received), announce, reason });
  }

  /** Steps every instance that has the port. */
  #stepAll(input: Extract<Input, { kind: 'link' }>): void {
    for (const numbered of this.#numbered.list) {
      if (numbered.attachment.ports[input.port] !== undefined) this.#step(numbered, input);
    }
  }

  /** Steps the instance that has sent the message; `context` as the data plane has it. */
  #stepOwner(input: Extract<Input, { kind: 'transmitTimestamp' | 'transmitTimestampLost' }>): void {
    const numbered = this.#numbered.at(input.context >>> instanceContextBits);
    const context = input.context % 2 ** instanceContextBits;
    // The data plane has other users, whose contexts this pump has not given out.
    if (numbered !== undefined) this.#step(numbered, { ...input, context });
  }

  #step(numbered: NumberedAttachment, input: Input): void {
    for (const output of outputsOf(numbered.attachment, input)) this.#carryOut(numbered, output);
  }

  #carryOut(numbered: NumberedAttachment, output: Output): void {
    // Whoever was told of an earlier output may have stopped the pump.
    if (!this.#running) return;
    const { number, attachment } = numbered;
    switch (output.kind) {
      case 'sendEvent':
      case 'sendGeneral':
        this.#send(numbered, output);
        return;
      case 'setTimer':
        this.#timers.set(`${number}/${output.timer}`, output.after, () => {
          this.#step(numbered, { kind: 'timer', timer: output.timer });
          this.#submit();
        });
        return;
      case 'cancelTimer':
        this.#timers.cancel(`${number}/${output.timer}`);
        return;
      case 'linkDelay':
      case 'rateRatio':
      case 'discarded':
        this.#onEvent({ ...output, attachment });
        return;
    }
  }

  #send(
    { number, attachment }: NumberedAttachment,
    output: Extract<Output, { kind: 'sendEvent' | 'sendGeneral' }>,
  ): void {
    const { port } = output;
    const local = this.#localAddress(attachment, port);
    const tag = attachment.ports[port]?.vlanId;
    const vlanId = tag === 'any' ? undefined : tag;
    if (local === undefined) {
      this.#onEvent({ kind: 'discarded', port, reason: 'interfaceAbsent', attachment });
      return;
    }
    const { message, destination } = output;
    const frame = encapsulate(message, destination, local, attachment.encapsulation, vlanId);
    this.#batch.push(
      output.kind === 'sendEvent'
        ? { port, frame, context: number * 2 ** instanceContextBits + output.context }
        : { port, frame },
    );
  }

  #localAddress(attachment: Attachment, port: PortIndex): LocalAddress | undefined {
    const mac = this.#macs[port];
    const transport = attachment.ports[port];
    // Between the moment an interface goes and the record that says so there is no address to send from.
    if (!mac || transport === undefined) return undefined;
    return { ...transport, mac };
  }
}

/** @throws what the instance throws, with its name: of many instances the operator is to know which one it was */
function outputsOf({ name, instance }: Attachment, input: Input): readonly Output[] {
  try {
    return instance.step(input);
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
  }
}

function keyOf(port: PortIndex, { message, transport, vlanId = 0 }: ReceivedFrame): MessageKey {
  const view = viewOf(message);
  const [sdoId, domainNumber] = [sdoIdIn(view), domainNumberIn(view)];
  return { sdoId, domainNumber, transport, vlanId, port };
}

function takes({ messageTypes }: Attachment, messageType: MessageType | undefined): boolean {
  if (messageTypes === undefined) return true;
  return messageType !== undefined && messageTypes.includes(messageType);
}
