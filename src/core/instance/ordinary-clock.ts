/**
 * An ordinary clock: one port with a role that is set, not elected (1588-2019, 9.2.2: time source is a master-only
 * clock, time receiver a slave-only one). Sans-IO: everything that happens is an Input, everything to do an Output.
 */
import type { Input, Output } from '../io.js';
import { admit } from '../port/admission.js';
import {
  initialMasterState,
  stepMaster,
  type MasterSettings,
  type MasterState,
} from '../port/master.js';
import { discarded, type PortEvent } from '../port/port.js';
import {
  initialSlaveState,
  stepSlave,
  type SlaveSettings,
  type SlaveState,
} from '../port/slave.js';

export type OrdinaryClockSettings =
  | ({ readonly role: 'timeSource' } & MasterSettings)
  | ({ readonly role: 'timeReceiver' } & SlaveSettings);

/** The port's state, for whoever shows it. */
export type OrdinaryClockState =
  | { readonly role: 'timeSource'; readonly port: MasterState }
  | { readonly role: 'timeReceiver'; readonly port: SlaveState['port'] };

/** The role with the settings and the state that belong to it. */
type Side =
  | { readonly role: 'timeSource'; readonly settings: MasterSettings; state: MasterState }
  | { readonly role: 'timeReceiver'; readonly settings: SlaveSettings; state: SlaveState };

export class OrdinaryClock {
  readonly #side: Side;

  /** Does nothing until its port's link is up. */
  constructor(settings: OrdinaryClockSettings) {
    this.#side =
      settings.role === 'timeSource'
        ? { role: 'timeSource', settings, state: initialMasterState(settings) }
        : { role: 'timeReceiver', settings, state: initialSlaveState(settings) };
  }

  /** What has happened in, what is to be done out, in that order. Throws for no input. */
  step(input: Input): readonly Output[] {
    const { settings } = this.#side;
    if (input.kind === 'syncObserved') return [];
    if (input.kind !== 'timer' && input.port !== settings.port) {
      return [discarded({ ...settings, port: input.port }, 'otherPort')];
    }
    if (input.kind !== 'message') return this.#stepPort(input);
    const received = admit(settings, input);
    return typeof received === 'string'
      ? [discarded(settings, received)]
      : this.#stepPort(received);
  }

  state(): OrdinaryClockState {
    return this.#side.role === 'timeSource'
      ? { role: 'timeSource', port: this.#side.state }
      : { role: 'timeReceiver', port: this.#side.state.port };
  }

  #stepPort(event: PortEvent): readonly Output[] {
    switch (this.#side.role) {
      case 'timeSource': {
        const { state, outputs } = stepMaster(this.#side.settings, this.#side.state, event);
        this.#side.state = state;
        return outputs;
      }
      case 'timeReceiver': {
        const { state, outputs } = stepSlave(this.#side.settings, this.#side.state, event);
        this.#side.state = state;
        return outputs;
      }
    }
  }
}
