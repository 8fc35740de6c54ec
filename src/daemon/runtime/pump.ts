/**
 * Drives core instances from a data plane: records up become inputs, outputs become frames down, timers, or events for
 * whoever listens. Nothing is decided here.
 */
import type { Input, Output, PortIndex } from '../../core/io.js';
import { instantAfter, instantFromNs, type Instant } from '../../core/time/instant.js';
import { timeInterval, timeIntervalFromNs } from '../../core/time/time-interval.js';
import { viewOf } from '../../core/wire/codec.js';
import { readPortIdentity } from '../../core/wire/derived-types.js';
import { isEventMessage, type MessageType } from '../../core/wire/header.js';
import type { DataPlane, EngineRecord, SubmitFrame } from '../../native/data-plane.js';
import { isGroupMac } from './addresses.js';
import {
  decapsulate,
  encapsulate,
  type LocalAddress,
  type ReceivedFrame,
} from './encapsulation.js';
import { Timers, type TimerClock } from './timers.js';

/** Any instance of src/core/instance. */
export interface CoreInstance {
  step(input: Input): readonly Output[];
}

/**
 * What an instance speaks on a port; the MAC address is the data plane's to tell. `vlanId`: of the VLAN that its messages
 * are tagged with; none: untagged; any: it takes all and sends untagged.
 */
export type PortTransport = { readonly vlanId?: number | 'any' } & (
  | { readonly transport: 'l2' }
  | { readonly transport: 'udp4'; readonly ip: string }
  | { readonly transport: 'udp6'; readonly ip: string }
);

export interface Attachment {
  readonly instance: CoreInstance;
  /** By the data plane's port; undefined where the instance has none. */
  readonly ports: readonly (PortTransport | undefined)[];
  /** The only ones it is told of; all unless set. */
  readonly messageTypes?: readonly MessageType[];
  /** It is told of every Sync that passes, on whatever port. */
  readonly observesSyncs?: boolean;
}

/** From the reference plane to the time stamping point and back, nanoseconds (7.3.4). */
export interface PortLatency {
  readonly ingressLatencyNs: number;
  readonly egressLatencyNs: number;
}

/** `instance` is the index of the attachment that it comes from. */
export type PumpEvent =
  | (Extract<Output, { kind: 'linkDelay' | 'rateRatio' | 'discarded' }> & {
      readonly instance: number;
    })
  /** Nobody's: no instance takes such messages on that transport and port, or the frame is another host's. */
  | { readonly kind: 'unclaimed'; readonly port: PortIndex; readonly reason: UnclaimedReason }
  | Extract<EngineRecord, { kind: 'link' | 'clockMoved' | 'loop' | 'portError' }>;

export type UnclaimedReason = 'notPtp' | 'otherTransport' | 'otherVlan' | 'otherHost';

export interface PumpOptions {
  readonly dataPlane: DataPlane;
  readonly attachments: readonly Attachment[];
  /** By port; records hold raw time stamps, the instances get them as at the reference plane. None: 0. */
  readonly latencies?: readonly PortLatency[];
  /** The time that the instances measure in, at a time of the common timebase; that itself unless set. */
  readonly measuredAt?: (common: Instant) => Instant;
  readonly timerClock: TimerClock;
  readonly onEvent: (event: PumpEvent) => void;
}

/**
 * A context on its way through the data plane: the upper 8 bits name the attachment, the lower 24 are the instance's
 * own. So no table of contexts is needed, and none can fill up.
 */
const instanceContextBits = 24;
const maxAttachments = 2 ** (32 - instanceContextBits);

export class Pump {
  readonly #dataPlane: DataPlane;
  readonly #attachments: readonly Attachment[];
  readonly #latencies: readonly PortLatency[];
  readonly #measuredAt: (common: Instant) => Instant;
  readonly #timers: Timers;
  readonly #onEvent: (event: PumpEvent) => void;
  /** By port; empty while the interface does not exist. */
  #macs: readonly string[];
  /** Frames to be submitted together. */
  #batch: SubmitFrame[] = [];
  readonly #links: boolean[] = [];
  readonly #blocked = new Set<PortIndex>();
  #running = false;

  constructor({
    dataPlane,
    attachments,
    latencies = [],
    measuredAt = (common) => common,
    timerClock,
    onEvent,
  }: PumpOptions) {
    if (attachments.length > maxAttachments) {
      throw new RangeError(`${attachments.length} instances on one data plane: at most 256`);
    }
    this.#dataPlane = dataPlane;
    this.#attachments = attachments;
    this.#latencies = latencies;
    this.#measuredAt = measuredAt;
    this.#timers = new Timers(timerClock);
    this.#onEvent = onEvent;
    this.#macs = dataPlane.ports().map(({ mac }) => mac);
  }

  /** Tells the instances which links are up, and from then on everything that happens. */
  start(): void {
    this.#running = true;
    this.#dataPlane.onReadable(() => {
      this.#drain();
    });
    for (const [port, { present, link }] of this.#dataPlane.ports().entries()) {
      this.#links[port] = present && link;
      if (this.#isUsable(port)) this.#tellLink(port);
    }
    this.#submit();
  }

  /** A port that its bridge blocks is to the instances as one without link. All forward until told otherwise. */
  setForwarding(port: PortIndex, forwarding: boolean): void {
    if (this.#blocked.has(port) !== forwarding) return;
    if (forwarding) this.#blocked.delete(port);
    else this.#blocked.add(port);
    if (!this.#running || this.#links[port] !== true) return;
    this.#tellLink(port);
    this.#submit();
  }

  #isUsable(port: PortIndex): boolean {
    return this.#links[port] === true && !this.#blocked.has(port);
  }

  #tellLink(port: PortIndex): void {
    this.#stepAll({ kind: 'link', port, up: this.#isUsable(port) });
  }

  /** Takes no more records and lets no timer expire. The data plane stays open: it is its owner's to close. */
  stop(): void {
    this.#running = false;
    this.#timers.cancelAll();
  }

  /** Does what an instance wants done for another reason than what has happened here. */
  perform(instance: CoreInstance, outputs: readonly Output[]): void {
    const index = this.#attachments.findIndex((attachment) => attachment.instance === instance);
    const attachment = this.#attachments[index];
    if (attachment === undefined) throw new RangeError('that instance is not attached');
    for (const output of outputs) this.#perform(index, attachment, output);
    this.#submit();
  }

  #drain(): void {
    if (!this.#running) return;
    for (const record of this.#dataPlane.drain()) this.#onRecord(record);
    this.#submit();
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
        const { port, context, timestampNs } = record;
        this.#step(context >>> instanceContextBits, {
          kind: 'transmitTimestamp',
          port,
          context: context % 2 ** instanceContextBits,
          egressTimestamp: this.#egressTimestamp(port, timestampNs),
        });
        return;
      }
      case 'transmitTimestampLost': {
        const { port, context } = record;
        this.#step(context >>> instanceContextBits, {
          kind: 'transmitTimestampLost',
          port,
          context: context % 2 ** instanceContextBits,
        });
        return;
      }
      case 'link':
        this.#macs = this.#dataPlane.ports().map(({ mac }) => mac);
        this.#links[record.port] = record.present && record.up;
        this.#tellLink(record.port);
        this.#onEvent(record);
        return;
      case 'syncObserved':
        this.#onSyncObserved(record);
        return;
      case 'clockMoved':
      case 'loop':
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
    for (const [index, { observesSyncs }] of this.#attachments.entries()) {
      if (observesSyncs === true) this.#step(index, input);
    }
  }

  /** 7.3.4.2: what is received has passed the reference plane earlier, what is sent passes it later. */
  #ingressTimestamp(port: PortIndex, timestampNs: bigint): Instant {
    const latencyNs = this.#latencies[port]?.ingressLatencyNs ?? 0;
    return instantAfter(
      this.#measuredAt(instantFromNs(timestampNs)),
      timeIntervalFromNs(-latencyNs),
    );
  }

  #egressTimestamp(port: PortIndex, timestampNs: bigint): Instant {
    const latencyNs = this.#latencies[port]?.egressLatencyNs ?? 0;
    return instantAfter(
      this.#measuredAt(instantFromNs(timestampNs)),
      timeIntervalFromNs(latencyNs),
    );
  }

  #onFrame(record: Extract<EngineRecord, { kind: 'frame' }>): void {
    const { port, timestampNs } = record;
    const received = decapsulate(record.frame, record.ptpOffset, record.ptpLength);
    if (received === undefined) return this.#unclaimed(port, 'notPtp');
    const { message, messageType, source, destinationMac } = received;

    // The data plane listens promiscuously: a switch floods frames of hosts it has not learned.
    const toUnicast = !isGroupMac(destinationMac);
    if (toUnicast && destinationMac !== this.#macs[port]) return this.#unclaimed(port, 'otherHost');

    const stamped = messageType !== undefined && isEventMessage(messageType) && timestampNs !== 0n;
    this.#tellMessage(
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

  /** For every instance that listens there to what it came by. */
  #tellMessage(
    input: Extract<Input, { kind: 'message' }>,
    { transport, messageType, vlanId }: ReceivedFrame,
  ): void {
    const { port } = input;
    let unclaimed: UnclaimedReason | undefined = 'otherTransport';
    for (let index = 0; index < this.#attachments.length; index++) {
      const attachment = this.#attachments[index];
      const own = attachment?.ports[port];
      if (attachment === undefined || own?.transport !== transport) continue;
      if (!isTold(attachment, messageType)) continue;
      if (own.vlanId !== 'any' && own.vlanId !== vlanId) {
        unclaimed &&= 'otherVlan';
        continue;
      }
      unclaimed = undefined;
      this.#step(index, input);
    }
    if (unclaimed !== undefined) this.#unclaimed(port, unclaimed);
  }

  #unclaimed(port: PortIndex, reason: UnclaimedReason): void {
    this.#onEvent({ kind: 'unclaimed', port, reason });
  }

  /** For every instance that has the port. */
  #stepAll(input: Extract<Input, { kind: 'link' }>): void {
    for (const [index, { ports }] of this.#attachments.entries()) {
      if (ports[input.port] !== undefined) this.#step(index, input);
    }
  }

  #step(index: number, input: Input): void {
    const attachment = this.#attachments[index];
    // A context that this pump has not given out: the data plane has other users.
    if (attachment === undefined) return;
    for (const output of attachment.instance.step(input)) this.#perform(index, attachment, output);
  }

  #perform(index: number, attachment: Attachment, output: Output): void {
    // Whoever heard of an earlier output may have stopped this.
    if (!this.#running) return;
    switch (output.kind) {
      case 'sendEvent':
      case 'sendGeneral':
        this.#send(index, attachment, output);
        return;
      case 'setTimer':
        this.#timers.set(`${index}/${output.timer}`, output.after, () => {
          this.#step(index, { kind: 'timer', timer: output.timer });
          this.#submit();
        });
        return;
      case 'cancelTimer':
        this.#timers.cancel(`${index}/${output.timer}`);
        return;
      case 'linkDelay':
      case 'rateRatio':
      case 'discarded':
        this.#onEvent({ ...output, instance: index });
        return;
    }
  }

  #send(
    index: number,
    attachment: Attachment,
    output: Extract<Output, { kind: 'sendEvent' | 'sendGeneral' }>,
  ): void {
    const { port } = output;
    const local = this.#localAddress(attachment, port);
    const tag = attachment.ports[port]?.vlanId;
    const vlanId = tag === 'any' ? undefined : tag;
    if (local === undefined) {
      this.#onEvent({ kind: 'discarded', port, reason: 'interfaceAbsent', instance: index });
      return;
    }
    const frame = encapsulate(output.message, output.destination, local, vlanId);
    this.#batch.push(
      output.kind === 'sendEvent'
        ? { port, frame, context: index * 2 ** instanceContextBits + output.context }
        : { port, frame },
    );
  }

  #localAddress(attachment: Attachment, port: PortIndex): LocalAddress | undefined {
    const mac = this.#macs[port];
    const transport = attachment.ports[port];
    // Between an interface's going and the record that says so there is no address to send from.
    if (!mac || transport === undefined) return undefined;
    return { ...transport, mac };
  }
}

function isTold({ messageTypes }: Attachment, messageType: MessageType | undefined): boolean {
  if (messageTypes === undefined) return true;
  return messageType !== undefined && messageTypes.includes(messageType);
}
