/** Management requests in JSON, as they come by the control socket, and the answers of the clocks of this box. */
import type { Managed, ManagementRequest } from '../../core/management/managed-clock.js';
import {
  managementDataFromJson,
  managementDataToJson,
  managementIds,
  type ManagementId,
} from '../../core/wire/management-data/management-ids.js';
import type { Json } from '../../core/wire/management-data/kinds.js';
import type { ManagementError } from '../../core/wire/tlv/management.js';

/** A request cannot be carried out; the message says why, with the remedy. */
export class ManagementRequestError extends Error {}

/** A request for the instance of that name, or the clock of a domain. */
export interface InstanceRequest {
  readonly instance?: string;
  readonly domain: number;
  readonly request: ManagementRequest;
}

/**
 * The answer of one port, or without portNumber of the clock. It has neither data nor error after a COMMAND that was
 * carried out.
 */
export interface ManagementAnswer {
  readonly portNumber?: number;
  readonly data?: Readonly<Record<string, Json>>;
  readonly error?: ManagementError;
}

const actions = ['GET', 'SET', 'COMMAND'] as const;

/**
 * `{action, id, domain?, instance?, portNumber?, data?}`: domain is 0 unless given, portNumber all ports; instance, a name
 * as in the status, tells instances of one domain apart.
 * @throws ManagementRequestError
 */
export function managementRequestFrom(json: unknown): InstanceRequest {
  const from = (json ?? {}) as Readonly<Record<string, unknown>>;
  const action = actions.find((name) => name === from.action);
  if (action === undefined) {
    throw new ManagementRequestError(`action: write one of ${actions.join(', ')}`);
  }
  const id = managementIds.find((name) => name === from.id);
  if (id === undefined) {
    throw new ManagementRequestError(`id: write one of ${managementIds.join(', ')}`);
  }
  if (from.instance !== undefined && typeof from.instance !== 'string') {
    throw new ManagementRequestError('instance: write a name, as GET /clocks shows it');
  }
  const named = from.instance === undefined ? {} : { instance: from.instance };
  const domain = wholeNumber('domain', from.domain ?? 0, 0, 255);
  const portNumber =
    from.portNumber === undefined ? 'all' : wholeNumber('portNumber', from.portNumber, 1, 0xfffe);
  const target = { id, portNumber } as const;
  if (action !== 'SET') return { ...named, domain, request: { ...target, action } };
  return { ...named, domain, request: { ...target, action, data: dataFrom(id, from.data) } };
}

function dataFrom(id: ManagementId, json: unknown) {
  const data = managementDataFromJson(id, (json ?? {}) as Readonly<Record<string, unknown>>);
  if (typeof data !== 'string') return data;
  throw new ManagementRequestError(
    `data.${data}: missing or out of range; GET ${id} shows what it looks like`,
  );
}

function wholeNumber(name: string, value: unknown, min: number, max: number): number {
  if (Number.isInteger(value) && Number(value) >= min && Number(value) <= max) return Number(value);
  throw new ManagementRequestError(`${name}: write a whole number from ${min} to ${max}`);
}

export function managementAnswersOf(id: ManagementId, { results }: Managed): ManagementAnswer[] {
  return results.map((result) => ({
    ...(result.portNumber !== undefined && { portNumber: result.portNumber }),
    ...(result.kind === 'data' && { data: managementDataToJson(id, result.data) }),
    ...(result.kind === 'error' && { error: result.error }),
  }));
}
