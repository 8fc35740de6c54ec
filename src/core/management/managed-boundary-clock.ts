/**
 * A boundary clock with management: it answers management messages and passes them on by its other ports (clause 15.3.3).
 * All other inputs go to the clock itself.
 */
import type { PortDS } from '../datasets/data-sets.js';
import type { Input, Output } from '../io.js';
import type { ClockFacts } from './clock-facts.js';
import {
  manage,
  type Managed,
  type ManagedClock,
  type ManagementRequest,
} from './managed-clock.js';
import {
  answerManagement,
  isManagement,
  oneHopFurther,
  type ManagementPermissions,
  type ReceivedManagement,
} from './management-messages.js';
import { budgetOf, type RequestBudget } from './request-budget.js';
import { ServiceCounter } from './service-counts.js';
import { admit } from '../port/admission.js';
import { isMaster, isSlave } from '../bmca/port-state.js';
import { discarded, type PortSettings } from '../port/port.js';
import { messageTypeOfCode } from '../wire/header.js';
import { boundaryClockManagement } from './boundary-clock-management.js';
import { Clock, type ClockSettings } from '../instance/clock.js';

export interface ManagementSettings extends ManagementPermissions {
  readonly facts: ClockFacts;
}

export class ManagedBoundaryClock {
  readonly clock: Clock;
  readonly #ports: readonly PortSettings[];
  readonly #permissions: ManagementPermissions;
  readonly #services: ServiceCounter;
  readonly #budget: RequestBudget | undefined;
  readonly #managed: ManagedClock;

  constructor(settings: ClockSettings, management: ManagementSettings) {
    this.clock = new Clock(settings);
    // Asked for each message: they may change.
    this.#permissions = management;
    const { facts } = management;
    this.#budget = budgetOf(management, facts);
    const { profile } = settings;
    const { clockIdentity, domainNumber, sdoId } = settings.defaultDS;
    this.#ports = settings.ports.map(({ port }, index) => ({
      ...{ port, domainNumber, sdoId, profile },
      portIdentity: { clockIdentity, portNumber: index + 1 },
    }));
    this.#services = new ServiceCounter(settings.ports.map(({ port }) => port));
    this.#managed = boundaryClockManagement(this.clock, profile, facts, (portNumber) =>
      this.#services.of(this.#ports[portNumber - 1]?.port ?? -1),
    );
  }

  /** What has happened in, what is to be done out, in that order. Throws for no input. */
  step(input: Input): readonly Output[] {
    if (input.kind === 'message' && isManagementType(input.message)) {
      return this.#onManagement(input);
    }
    const outputs = this.clock.step(input);
    this.#services.note(input, outputs);
    return outputs;
  }

  /** Carries out a request that did not come by the network, whatever the configuration allows there. */
  manage(request: ManagementRequest): Managed {
    return manage(this.#managed, request);
  }

  #onManagement(input: Extract<Input, { kind: 'message' }>): readonly Output[] {
    const port = this.#ports.find(({ port: index }) => index === input.port);
    if (port === undefined) return [{ kind: 'discarded', port: input.port, reason: 'otherPort' }];
    // 9.2.5, table 10: a disabled port still answers management messages.
    const { portState } = this.#portDS(port);
    if (portState === 'FAULTY' || portState === 'INITIALIZING') {
      return [discarded(port, 'linkDown')];
    }
    const received = admit(port, input);
    if (typeof received === 'string') return [discarded(port, received)];
    if (!isManagement(received)) return [discarded(port, 'ignoredMessageType')];
    if (this.#budget?.take() === false) return [discarded(port, 'tooMuchManagement')];
    return [
      ...this.#forward(port, received, input.message),
      ...answerManagement(this.#managed, port, received, this.#permissions),
    ];
  }

  /**
   * 15.3.3: the message goes on by the ports in the states MASTER, PRE_MASTER, SLAVE and UNCALIBRATED. Their links form a
   * tree, so it comes to each clock once.
   */
  #forward(
    ingress: PortSettings,
    { message, toUnicast }: ReceivedManagement,
    octets: Uint8Array,
  ): readonly Output[] {
    const forwarded = oneHopFurther(message, octets);
    if (forwarded === undefined || toUnicast || !this.#isOfTree(ingress)) return [];
    if (message.targetPortIdentity.clockIdentity === ingress.portIdentity.clockIdentity) return [];
    return this.#ports
      .filter((port) => port !== ingress && this.#isOfTree(port))
      .map(({ port }) => ({
        kind: 'sendGeneral',
        port,
        message: forwarded,
        destination: { kind: 'multicast' },
      }));
  }

  #isOfTree(port: PortSettings): boolean {
    const { portState } = this.#portDS(port);
    return isMaster(portState) || isSlave(portState);
  }

  #portDS({ portIdentity }: PortSettings): PortDS {
    return this.clock.portDS(portIdentity.portNumber);
  }
}

function isManagementType(message: Uint8Array): boolean {
  return messageTypeOfCode((message[0] ?? 0) & 0x0f) === 'Management';
}
