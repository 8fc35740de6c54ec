/**
 * The peer-to-peer delay mechanism of one port on one transport (clause 11.4): it measures its link and answers the
 * neighbour's requests. A port of a peer-to-peer transparent clock (10.3) needs nothing else, because the forwarder does the
 * rest; a port of an ordinary or boundary clock has a link beside its transmitter and its receiver. Sans-IO.
 *
 * The link of a transparent clock takes the peer delay messages of every domain and sdoId that the clock serves, because
 * its delay is the same for all of them.
 */
import type { Input, LinkDelay, Output } from '../io.js';
import {
  awaitsTransmitTimestamp,
  followUpResponse,
  giveUpResponse,
  initialResponderState,
  respond,
  type ResponderState,
} from './peer-delay-responder.js';
import {
  initialPeerDelayState,
  isAnsweredInOwnDomain,
  isLinkUp,
  linkDelayOf,
  onNeighborHeard,
  onOtherServed,
  onPeerDelayEvent,
  onPeerDelayLink,
  sendPdelayReq,
  type Dialect,
  type PeerDelaySettings,
  type PeerDelayState,
} from './peer-delay.js';
import type { PeerDelayEvent } from '../exchange/peer-delay-exchange.js';
import type { DiscardReason } from '../exchange/discard-reason.js';
import { discarded, timersOf, type ReceivedMessage, type Transition } from './port.js';
import { samePortIdentity } from '../time/identity.js';
import type { Instant } from '../time/instant.js';
import { isPeerDelayMessageType, type PeerDelayMessageType } from '../wire/header.js';
import { decode, type Message, type MessageOf } from '../wire/message.js';

/** Contexts are below this: a quarter of what io.ts allows, for a port that has other uses for the rest. */
export const peerDelayContexts = 2 ** 22;

/** What of a PeerDelayLink's messages concerns the mechanism itself. */
type PeerDelayMessage = MessageOf<PeerDelayMessageType>;

function isPeerDelayMessage(message: Message): message is PeerDelayMessage {
  return isPeerDelayMessageType(message.messageType);
}

export class PeerDelayLink {
  #settings: PeerDelaySettings;
  #requester: PeerDelayState;
  #responder: ResponderState = initialResponderState;
  #nextContext = 0;

  /** Does nothing until its link is up. */
  constructor(settings: PeerDelaySettings) {
    this.#settings = settings;
    this.#requester = initialPeerDelayState(settings);
  }

  /** What has happened in, what is to be done out, in that order. Throws for no input. */
  step(input: Input): readonly Output[] {
    switch (input.kind) {
      case 'link':
        if (!input.up) this.#responder = initialResponderState;
        return this.#request((settings, state) =>
          onPeerDelayLink(settings, state, input.up, this.#takeContext()),
        );
      case 'timer':
        if (input.timer !== timersOf(this.#settings).pdelayReq) return [];
        return this.#request((settings, state) =>
          sendPdelayReq(settings, state, this.#takeContext()),
        );
      case 'message':
        return this.#onMessage(input);
      case 'transmitTimestamp': {
        const { context, egressTimestamp } = input;
        if (awaitsTransmitTimestamp(this.#responder, context)) {
          return this.#respond((settings, state) =>
            followUpResponse(settings, state, context, egressTimestamp),
          );
        }
        return this.#onRequestTimestamp(context, {
          kind: 'transmitTimestamp',
          pdelayReqEventEgressTimestamp: egressTimestamp,
        });
      }
      case 'transmitTimestampLost': {
        const { context } = input;
        if (awaitsTransmitTimestamp(this.#responder, context)) {
          return this.#respond((settings, state) => giveUpResponse(settings, state, context));
        }
        return this.#onRequestTimestamp(context, { kind: 'transmitTimestampLost' });
      }
      case 'syncObserved':
        return [];
    }
  }

  /** From the next request on. */
  reconfigure({ logMinPdelayReqInterval }: Pick<PeerDelaySettings, 'logMinPdelayReqInterval'>) {
    this.#settings = { ...this.#settings, logMinPdelayReqInterval };
  }

  /** @param first of the next request, where nobody was heard in what is served now */
  serveOthers(
    first: Pick<PeerDelaySettings, 'domainNumber' | 'sdoId'>,
    serves: (dialect: Pick<Dialect, 'domainNumber' | 'sdoId'>) => boolean,
  ): readonly Output[] {
    this.#settings = { ...this.#settings, ...first };
    return this.#request((settings, state) => onOtherServed(settings, state, serves));
  }

  /** The neighbour answers what is asked in this port's own domain and sdoId. */
  get isAnsweredInOwnDomain(): boolean {
    return isAnsweredInOwnDomain(this.#settings, this.#requester);
  }

  linkDelay(): LinkDelay {
    return linkDelayOf(this.#requester);
  }

  #onMessage(input: Extract<Input, { kind: 'message' }>): readonly Output[] {
    if (!isLinkUp(this.#requester)) return this.#ignore('linkDown');
    const result = decode(input.message);
    if (!result.ok) return this.#ignore(result.reason);
    const { message } = result;
    const { serves, portIdentity } = this.#settings;
    if (serves?.(message.header) === false) return this.#ignore('otherDomain');
    // 9.5.2.2: the message is this clock's own: there is a loop, or a cable between two ports of this box.
    if (message.header.sourcePortIdentity.clockIdentity === portIdentity.clockIdentity) {
      return this.#ignore('ownMessage');
    }
    return this.receive({ ...input, message });
  }

  /** A message that is known to concern this port. */
  receive(received: ReceivedMessage): readonly Output[] {
    const { message, ingressTimestamp } = received;
    if (!isPeerDelayMessage(message)) return this.#ignore('ignoredMessageType');
    switch (message.messageType) {
      case 'Pdelay_Req':
        return [
          ...this.#request((settings, state) => onNeighborHeard(settings, state, message.header)),
          ...this.#respond((settings, state) =>
            respond(settings, state, received, this.#takeContext()),
          ),
        ];
      case 'Pdelay_Resp':
      case 'Pdelay_Resp_Follow_Up':
        return this.#onAnswer(message, ingressTimestamp);
    }
  }

  #onAnswer(
    message: MessageOf<'Pdelay_Resp'> | MessageOf<'Pdelay_Resp_Follow_Up'>,
    ingressTimestamp: Instant | undefined,
  ): readonly Output[] {
    // Where a link has more than two ports, a port hears the answers to requests of others as well.
    if (!samePortIdentity(message.requestingPortIdentity, this.#settings.portIdentity)) {
      return this.#ignore('pdelayRespForOtherPort');
    }
    if (message.messageType === 'Pdelay_Resp_Follow_Up') {
      return this.#onRequestEvent({ kind: 'pdelayRespFollowUp', message });
    }
    if (ingressTimestamp === undefined) return this.#ignore('noIngressTimestamp');
    return this.#onRequestEvent({
      kind: 'pdelayResp',
      message,
      pdelayRespEventIngressTimestamp: ingressTimestamp,
    });
  }

  #onRequestTimestamp(context: number, event: PeerDelayEvent): readonly Output[] {
    // A time stamp of an earlier request than the present one comes too late.
    if (context !== this.#requester.context) return this.#ignore('unexpectedTransmitTimestamp');
    return this.#onRequestEvent(event);
  }

  #onRequestEvent(event: PeerDelayEvent): readonly Output[] {
    return this.#request((settings, state) => onPeerDelayEvent(settings, state, event));
  }

  #request(
    transition: (settings: PeerDelaySettings, state: PeerDelayState) => Transition<PeerDelayState>,
  ): readonly Output[] {
    const { state, outputs } = transition(this.#settings, this.#requester);
    this.#requester = state;
    return outputs;
  }

  #respond(
    transition: (settings: PeerDelaySettings, state: ResponderState) => Transition<ResponderState>,
  ): readonly Output[] {
    const { state, outputs } = transition(this.#settings, this.#responder);
    this.#responder = state;
    return outputs;
  }

  #ignore(reason: DiscardReason): readonly Output[] {
    return [discarded(this.#settings, reason)];
  }

  #takeContext(): number {
    const context = this.#nextContext;
    this.#nextContext = (context + 1) % peerDelayContexts;
    return context;
  }
}
