/** What the parts of a port have in common: its identity, its events, its timers and the headers of its messages. */
import type { DelayMechanism } from '../datasets/data-sets.js';
import type { DiscardReason } from '../exchange/discard-reason.js';
import type { Input, Output, PeerAddress, PortIndex } from '../io.js';
import type { Profile } from '../profile/profile.js';
import type { PortIdentity } from '../time/identity.js';
import { Flag, noLogMessageInterval, type Header, type MessageType } from '../wire/header.js';
import type { Message } from '../wire/message.js';

export interface PortSettings {
  readonly port: PortIndex;
  readonly portIdentity: PortIdentity;
  readonly domainNumber: number;
  /** 12 bits (7.1.4). */
  readonly sdoId: number;
  readonly profile: Profile;
}

/** A message of this port's domain, decoded. */
export type ReceivedMessage = Omit<Extract<Input, { kind: 'message' }>, 'message'> & {
  readonly message: Message;
  /** An Announce whose last TLVs cannot be read. */
  readonly isMalformed?: true;
};

/** An Input that concerns a port, whose message, if it is one, has passed `admit`. */
export type PortEvent = Exclude<Input, { kind: 'message' | 'syncObserved' }> | ReceivedMessage;

/** What an event leads to. */
export interface Transition<State> {
  readonly state: State;
  readonly outputs: readonly Output[];
}

export function discarded(settings: PortSettings, reason: DiscardReason): Output {
  return { kind: 'discarded', port: settings.port, reason };
}

/** The timers of one port; their names are unique among the ports of an instance. */
export function timersOf(settings: Pick<PortSettings, 'port'>) {
  return {
    announce: `${settings.port}/announce`,
    sync: `${settings.port}/sync`,
    delayReq: `${settings.port}/delayReq`,
    announceReceipt: `${settings.port}/announceReceipt`,
    syncReceipt: `${settings.port}/syncReceipt`,
    delayReceipt: `${settings.port}/delayReceipt`,
    qualification: `${settings.port}/qualification`,
    stateDecision: `${settings.port}/stateDecision`,
    pdelayReq: `${settings.port}/pdelayReq`,
  } as const;
}

/** A header of this port's; the caller gives what differs from message to message. */
export function headerOf(
  settings: PortSettings,
  messageType: MessageType,
  fields: Pick<Header, 'flagField' | 'correctionField' | 'sequenceId' | 'logMessageInterval'>,
): Header {
  const { minorVersionPTP, controlFieldOf } = settings.profile.header;
  return {
    sdoId: settings.sdoId,
    minorVersionPTP,
    domainNumber: settings.domainNumber,
    messageTypeSpecific: 0,
    sourcePortIdentity: settings.portIdentity,
    controlField: controlFieldOf(messageType, minorVersionPTP),
    ...fields,
  };
}

/** 7.3.7: one more than before, modulo 2^16. */
export function nextSequenceId(sequenceId: number): number {
  return (sequenceId + 1) & 0xffff;
}

export function unicastFlag(destination: PeerAddress): number {
  return destination.kind === 'unicast' ? Flag.unicast : 0;
}

/** 13.3.2.14, table 42: Sync, Follow_Up and Delay_Resp tell their interval to groups only. */
export function intervalTold(logInterval: number, destination: PeerAddress): number {
  return destination.kind === 'unicast' ? noLogMessageInterval : logInterval;
}

/** 11.1: messages that belong to one delay mechanism alone. */
export const mechanismOf: { readonly [Type in MessageType]?: DelayMechanism } = {
  Delay_Req: 'e2e',
  Delay_Resp: 'e2e',
  Pdelay_Req: 'p2p',
  Pdelay_Resp: 'p2p',
  Pdelay_Resp_Follow_Up: 'p2p',
};
