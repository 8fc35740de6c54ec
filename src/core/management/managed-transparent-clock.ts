/**
 * The answers of a transparent clock to management messages (clause 15, and 8.3 for its data sets). The forwarder forwards
 * these messages by itself; here come copies of those that are for this clock. Sans-IO.
 *
 * A transparent clock has no state machine and follows nobody: what the standard has no member for is told by the value
 * that says "none", and ids about a master or a time are NOT_SUPPORTED.
 */
import {
  unknownClockAccuracy,
  unknownOffsetScaledLogVariance,
  type PortState,
} from '../datasets/data-sets.js';
import type { Input, LinkDelay, Output } from '../io.js';
import {
  clockDescription,
  maxUserDescription,
  versionNumber,
  type ClockFacts,
} from './clock-facts.js';
import {
  manage,
  type Getters,
  type Managed,
  type ManagedClock,
  type ManagementRequest,
} from './managed-clock.js';
import {
  answerManagement,
  isManagement,
  type ManagementPermissions,
} from './management-messages.js';
import { budgetOf, type RequestBudget } from './request-budget.js';
import type { DiscardReason } from '../exchange/discard-reason.js';
import { discarded, type PortSettings } from '../port/port.js';
import type { Profile } from '../profile/profile.js';
import type { ClockIdentity } from '../time/identity.js';
import { zeroTimeInterval } from '../time/time-interval.js';
import { noLogMessageInterval } from '../wire/header.js';
import { ClockType } from '../wire/management-data/port-data.js';
import { encodeUtf8 } from '../wire/management-data/utf8.js';
import { decode } from '../wire/message.js';

export interface ManagedTransparentClockSettings extends ManagementPermissions {
  /** What it forwards may be of any; this is of its own messages, and what it is told to be. */
  readonly profile: Profile;
  readonly clockIdentity: ClockIdentity;
  readonly numberPorts: number;
  readonly delayMechanism: 'e2e' | 'p2p';
  /** The interval of Pdelay_Req, where delayMechanism is p2p. */
  readonly logMinPdelayReqInterval: number;
  /** What is managed where a request names no domain of its own: at the control socket. */
  readonly primaryDomain: number;
  /** Whether messages of that domain and sdoId pass through this clock. */
  readonly serves: (sdoId: number, domainNumber: number) => boolean;
  /** Peer to peer. @param portNumber from 1 */
  readonly linkDelay?: (portNumber: number) => LinkDelay;
  readonly facts: ClockFacts;
  /** USER_DESCRIPTION of the clock, which several of these may answer for: one a transport. Its own unless given. */
  readonly userDescription?: UserDescription;
}

/** What an operator calls the clock. */
export interface UserDescription {
  text: string;
}

/** It is no master, and is never to be one. */
const leastPriorities = { priority1: 255, priority2: 255 } as const;

const unknownQuality = {
  clockAccuracy: unknownClockAccuracy,
  offsetScaledLogVariance: unknownOffsetScaledLogVariance,
} as const;

/** The interval of messages that a transparent clock does not send. */
const silent = {
  logMinDelayReqInterval: noLogMessageInterval,
  logAnnounceInterval: noLogMessageInterval,
  announceReceiptTimeout: 0,
  logSyncInterval: noLogMessageInterval,
} as const;

/** 1588-2008, table 65: delayMechanism as a number. */
const delayMechanismCodes = { e2e: 1, p2p: 2 } as const;

export class ManagedTransparentClock {
  readonly #settings: ManagedTransparentClockSettings;
  readonly #budget: RequestBudget | undefined;
  readonly #userDescription: UserDescription;

  constructor(settings: ManagedTransparentClockSettings) {
    this.#settings = settings;
    this.#budget = budgetOf(settings, settings.facts);
    this.#userDescription = settings.userDescription ?? { text: '' };
  }

  /** Answers management requests, and minds nothing else. Throws for no input. */
  step(input: Input): readonly Output[] {
    return input.kind === 'message' ? this.#onMessage(input) : [];
  }

  /** Carries out a request that did not come by the network, whatever the configuration allows there. */
  manage(request: ManagementRequest): Managed {
    return manage(this.#managed(this.#settings.primaryDomain), request);
  }

  #onMessage(input: Extract<Input, { kind: 'message' }>): readonly Output[] {
    const { clockIdentity, serves, profile } = this.#settings;
    const ignore = (reason: DiscardReason): readonly Output[] => [
      { kind: 'discarded', port: input.port, reason },
    ];
    const result = decode(input.message);
    if (!result.ok) return ignore(result.reason);
    const { domainNumber, sdoId, sourcePortIdentity } = result.message.header;
    if (!serves(sdoId, domainNumber)) return ignore('otherDomain');
    // 9.5.2.2: the message is this clock's own: there is a loop, or a cable between two ports of this box.
    if (sourcePortIdentity.clockIdentity === clockIdentity) return ignore('ownMessage');
    const port: PortSettings = {
      ...{ port: input.port, domainNumber, sdoId, profile },
      portIdentity: { clockIdentity, portNumber: input.port + 1 },
    };
    const received = { ...input, message: result.message };
    if (this.#budget?.take() === false) return ignore('tooMuchManagement');
    return isManagement(received)
      ? answerManagement(this.#managed(domainNumber), port, received, this.#settings)
      : [discarded(port, 'ignoredMessageType')];
  }

  /** In one of its domains. */
  #managed(domainNumber: number): ManagedClock {
    const { clockIdentity, numberPorts } = this.#settings;
    return {
      ...{ clockIdentity, numberPorts },
      getters: { ...this.#clockGetters(domainNumber), ...this.#portGetters() },
      setters: {
        NULL_MANAGEMENT: () => [],
        USER_DESCRIPTION: ({ userDescription }) => {
          if (encodeUtf8(userDescription).length > maxUserDescription) return 'WRONG_VALUE';
          this.#userDescription.text = userDescription;
          return [];
        },
      },
      commands: { NULL_MANAGEMENT: () => [] },
    };
  }

  #clockGetters(domainNumber: number): Getters {
    const { clockIdentity, numberPorts, delayMechanism, profile } = this.#settings;
    const { slaveOnly: clockClass } = profile.clockClasses; // table 4: never a master
    return {
      USER_DESCRIPTION: () => ({ userDescription: this.#userDescription.text }),
      DEFAULT_DATA_SET: () => ({
        ...{ twoStepFlag: true, slaveOnly: false, numberPorts, clockIdentity, domainNumber },
        ...{ ...leastPriorities, clockClass },
        ...unknownQuality,
      }),
      DOMAIN: () => ({ domainNumber }),
      PRIORITY1: () => leastPriorities,
      PRIORITY2: () => leastPriorities,
      SLAVE_ONLY: () => ({ slaveOnly: false }),
      CLOCK_ACCURACY: () => unknownQuality,
      TRANSPARENT_CLOCK_DEFAULT_DATA_SET: () => ({
        ...{ clockIdentity, numberPorts },
        delayMechanism: delayMechanismCodes[delayMechanism],
        primaryDomain: domainNumber,
      }),
      PRIMARY_DOMAIN: () => ({ primaryDomain: domainNumber }),
    };
  }

  #portGetters(): Getters {
    const { clockIdentity, delayMechanism, logMinPdelayReqInterval } = this.#settings;
    const { facts, profile } = this.#settings;
    const identityOf = (portNumber: number) => ({ clockIdentity, portNumber });
    return {
      NULL_MANAGEMENT: () => ({}),
      CLOCK_DESCRIPTION: (portNumber) =>
        clockDescription(profile, facts, portNumber, {
          ...{ clockIdentity, delayMechanism, userDescription: this.#userDescription.text },
          clockType:
            delayMechanism === 'e2e'
              ? ClockType.endToEndTransparent
              : ClockType.peerToPeerTransparent,
        }),
      PORT_DATA_SET: (portNumber) => ({
        portIdentity: identityOf(portNumber),
        portState: this.#portState(portNumber),
        ...silent,
        ...{ delayMechanism, logMinPdelayReqInterval, versionNumber },
        peerMeanPathDelay: this.#meanLinkDelay(portNumber) ?? zeroTimeInterval,
      }),
      VERSION_NUMBER: () => ({ versionNumber }),
      DELAY_MECHANISM: () => ({ delayMechanism }),
      LOG_MIN_PDELAY_REQ_INTERVAL: () => ({ logMinPdelayReqInterval }),
      TRANSPARENT_CLOCK_PORT_DATA_SET: (portNumber) => ({
        portIdentity: identityOf(portNumber),
        faultyFlag: this.#portState(portNumber) === 'FAULTY',
        logMinPdelayReqInterval,
        peerMeanPathDelay: this.#meanLinkDelay(portNumber) ?? zeroTimeInterval,
      }),
      PORT_PROPERTIES_NP: (portNumber) => {
        const { timestamping, interface: interfaceName } = facts.portFacts(portNumber);
        return {
          portIdentity: identityOf(portNumber),
          portState: this.#portState(portNumber),
          ...{ timestamping, interface: interfaceName },
        };
      },
      PORT_STATS_NP: (portNumber) => {
        const { received, transmitted } = facts.portFacts(portNumber);
        return { portIdentity: identityOf(portNumber), received, transmitted };
      },
    };
  }

  /** Table 10: a PASSIVE port sends nothing of its own but peer delay messages and answers to management. */
  #portState(portNumber: number): PortState {
    return this.#settings.facts.portFacts(portNumber).linkUp ? 'PASSIVE' : 'FAULTY';
  }

  #meanLinkDelay(portNumber: number) {
    const linkDelay = this.#settings.linkDelay?.(portNumber);
    return linkDelay?.kind === 'measured' ? linkDelay.meanLinkDelay : undefined;
  }
}
