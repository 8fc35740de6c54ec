/**
 * What a clock offers to be managed by, and how a request is carried out on it (15.4.1.6): the same for messages on the
 * wire and for the control socket.
 */
import type { Output } from '../io.js';
import type { ClockIdentity } from '../time/identity.js';
import {
  scopeOf,
  type ManagementData,
  type ManagementId,
} from '../wire/management-data/management-ids.js';
import type { ManagementError } from '../wire/tlv/management.js';

/** By id; an id without a getter is not supported. Called only with portNumbers that the clock has, from 1. */
export type Getters = {
  readonly [Id in ManagementId]?: (portNumber: number) => ManagementData<Id>;
};

/** A setter returns what the clock has to do now, or why the value is not set. */
export type Setters = {
  readonly [Id in ManagementId]?: (
    data: ManagementData<Id>,
    portNumber: number,
  ) => readonly Output[] | ManagementError;
};

export type Commands = {
  readonly [Id in ManagementId]?: (portNumber: number) => readonly Output[];
};

export interface ManagedClock {
  readonly clockIdentity: ClockIdentity;
  readonly numberPorts: number;
  readonly getters: Getters;
  readonly setters: Setters;
  readonly commands: Commands;
}

export type ManagementRequest<Id extends ManagementId = ManagementId> = {
  /** `all`, or a number, which need not be that of a port. It does not matter where the id concerns the clock. */
  readonly portNumber: number | 'all';
  readonly id: Id;
} & (
  | { readonly action: 'GET' | 'COMMAND' }
  | { readonly action: 'SET'; readonly data: ManagementData<Id> }
);

/** The result for one port; for an id of the clock there is no portNumber. */
export type ManagementResult<Id extends ManagementId = ManagementId> = {
  readonly portNumber?: number;
} & (
  | { readonly kind: 'data'; readonly data: ManagementData<Id> }
  /** A command has been carried out. */
  | { readonly kind: 'done' }
  | { readonly kind: 'error'; readonly error: ManagementError }
);

export interface Managed<Id extends ManagementId = ManagementId> {
  readonly results: readonly ManagementResult<Id>[];
  /** What the clock has to do now. */
  readonly outputs: readonly Output[];
}

/** Carries a request out, port by port. Throws for no request. */
export function manage<Id extends ManagementId>(
  clock: ManagedClock,
  request: ManagementRequest<Id>,
): Managed<Id> {
  const done: Managed<Id>[] = targetsOf(clock, request).map((portNumber) => {
    const { outcome, outputs } = carryOut(clock, request, portNumber ?? 1);
    return { results: [{ ...outcome, ...(portNumber !== undefined && { portNumber }) }], outputs };
  });
  // Interpretation 21 of 1588-2008: a port that there is not is a wrong value.
  if (done.length === 0) {
    return { results: [{ kind: 'error', error: 'WRONG_VALUE' }], outputs: [] };
  }
  return {
    results: done.flatMap(({ results }) => results),
    outputs: done.flatMap(({ outputs }) => outputs),
  };
}

function targetsOf(
  { numberPorts }: ManagedClock,
  { id, portNumber }: ManagementRequest,
): readonly (number | undefined)[] {
  if (scopeOf(id) === 'clock') return [undefined];
  const all = Array.from({ length: numberPorts }, (_, index) => index + 1);
  return portNumber === 'all' ? all : all.filter((number) => number === portNumber);
}

type Outcome<Id extends ManagementId> =
  | { readonly kind: 'data'; readonly data: ManagementData<Id> }
  | { readonly kind: 'done' }
  | { readonly kind: 'error'; readonly error: ManagementError };

function carryOut<Id extends ManagementId>(
  clock: ManagedClock,
  request: ManagementRequest<Id>,
  portNumber: number,
): { readonly outcome: Outcome<Id>; readonly outputs: readonly Output[] } {
  const failed = (error: ManagementError) => ({
    outcome: { kind: 'error', error } as const,
    outputs: [],
  });
  const get: ((port: number) => ManagementData<Id>) | undefined = clock.getters[request.id];
  const got = (outputs: readonly Output[]) =>
    get === undefined
      ? { outcome: { kind: 'done' } as const, outputs }
      : { outcome: { kind: 'data', data: get(portNumber) } as const, outputs };
  switch (request.action) {
    case 'GET':
      return get === undefined ? failed('NOT_SUPPORTED') : got([]);
    case 'SET': {
      const set: Setters[Id] = clock.setters[request.id];
      if (set === undefined) return failed(get === undefined ? 'NOT_SUPPORTED' : 'NOT_SETABLE');
      const outputs = set(request.data, portNumber);
      return typeof outputs === 'string' ? failed(outputs) : got(outputs);
    }
    case 'COMMAND': {
      const command = clock.commands[request.id];
      if (command === undefined) return failed('NOT_SUPPORTED');
      return { outcome: { kind: 'done' }, outputs: command(portNumber) };
    }
  }
}
