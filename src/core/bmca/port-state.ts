/** The state machine of a port: clause 9.2.5, figures 30 (slaveOnly false) and 31 (slaveOnly true). A pure table. */
import type { PortState } from '../datasets/data-sets.js';

/** 9.2.6; the events of the state decision are named by the state that is recommended. */
export type PortStateEvent =
  | 'INITIALIZED'
  | 'FAULT_DETECTED'
  | 'FAULT_CLEARED'
  | 'DESIGNATED_ENABLED'
  | 'DESIGNATED_DISABLED'
  | 'RECOMMENDED_MASTER'
  | 'RECOMMENDED_PASSIVE'
  /** With another parent than before, or none before. */
  | 'RECOMMENDED_SLAVE_OF_NEW_MASTER'
  | 'RECOMMENDED_SLAVE'
  | 'ANNOUNCE_RECEIPT_TIMEOUT_EXPIRES'
  | 'QUALIFICATION_TIMEOUT_EXPIRES'
  | 'MASTER_CLOCK_SELECTED'
  | 'SYNCHRONIZATION_FAULT';

/** The state after `event`; what the figures do not show changes nothing. */
export function nextPortState(
  state: PortState,
  event: PortStateEvent,
  slaveOnly: boolean,
): PortState {
  switch (event) {
    case 'DESIGNATED_DISABLED':
      return 'DISABLED';
    case 'DESIGNATED_ENABLED':
      return state === 'DISABLED' ? 'INITIALIZING' : state;
    case 'FAULT_DETECTED':
      return state === 'DISABLED' ? state : 'FAULTY';
    case 'FAULT_CLEARED':
      return state === 'FAULTY' ? 'INITIALIZING' : state;
    case 'INITIALIZED':
      return state === 'INITIALIZING' ? 'LISTENING' : state;
    case 'RECOMMENDED_MASTER':
      if (!isOperating(state) || isMaster(state)) return state;
      return slaveOnly ? 'LISTENING' : 'PRE_MASTER';
    case 'RECOMMENDED_PASSIVE':
      return isOperating(state) && !slaveOnly ? 'PASSIVE' : state;
    case 'RECOMMENDED_SLAVE_OF_NEW_MASTER':
      return isOperating(state) ? 'UNCALIBRATED' : state;
    case 'RECOMMENDED_SLAVE':
      return isOperating(state) && !isSlave(state) ? 'UNCALIBRATED' : state;
    case 'ANNOUNCE_RECEIPT_TIMEOUT_EXPIRES':
      if (!isOperating(state) || isMaster(state)) return state;
      return slaveOnly ? 'LISTENING' : 'MASTER';
    case 'QUALIFICATION_TIMEOUT_EXPIRES':
      return state === 'PRE_MASTER' ? 'MASTER' : state;
    case 'MASTER_CLOCK_SELECTED':
      return state === 'UNCALIBRATED' ? 'SLAVE' : state;
    case 'SYNCHRONIZATION_FAULT':
      return state === 'SLAVE' ? 'UNCALIBRATED' : state;
  }
}

/** Takes part in the protocol. */
export function isOperating(state: PortState): boolean {
  return state !== 'INITIALIZING' && state !== 'FAULTY' && state !== 'DISABLED';
}

export function isSlave(state: PortState): boolean {
  return state === 'SLAVE' || state === 'UNCALIBRATED';
}

export function isMaster(state: PortState): boolean {
  return state === 'MASTER' || state === 'PRE_MASTER';
}
