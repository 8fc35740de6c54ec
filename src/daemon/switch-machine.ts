/** What a switch uses of the machine beside its data plane. */
import type { FollowedBridge } from '../bridge/follow.js';
import { noTimeFacts, type TimeFacts } from './instances/own-times.js';
import type { IdentityFile } from './machine/identity-file.js';
import { noMemory, type InterfaceMemory } from './machine/interface-memory.js';
import type { Log } from './machine/log.js';
import type { MemberSocket } from './multicast/group-memberships.js';
import type { SendReport } from './multicast/membership-reports.js';
import { sendReport } from './multicast/report-socket.js';
import { AddressBook, type InterfaceAddresses } from './runtime/interface-addresses.js';
import { systemTimerClock, type TimerClock } from './runtime/timers.js';

/** Given, so that tests can replace it. */
export interface SwitchMachine {
  readonly timerClock: TimerClock;
  readonly addressesOf: (interfaceName: string) => InterfaceAddresses;
  /** Called when a link or an address has come or gone, before the addresses are asked for again. */
  readonly forgetAddresses: () => void;
  /** The bridge under the ports, as it is at the start; absent where there is none. */
  readonly bridge?: FollowedBridge | undefined;
  /** Opens a socket for membership in multicast groups; one of the machine unless set. */
  readonly openSocket?: (family: 'udp4' | 'udp6') => MemberSocket;
  /** Sends a report of that membership. */
  readonly sendReport: SendReport;
  readonly interfaceMemory: InterfaceMemory;
  /** Where the clockIdentity of this box is kept over a restart; nowhere unless set. */
  readonly identityFile?: IdentityFile | undefined;
  /** What the machine knows of its time; nothing unless given. */
  readonly timeFacts: Omit<TimeFacts, 'warn' | 'info'>;
}

export function thisMachine(log: Log): SwitchMachine {
  const addressBook = new AddressBook((line) => log.warn(line));
  return {
    timerClock: systemTimerClock,
    addressesOf: (name) => addressBook.of(name),
    forgetAddresses: () => addressBook.forget(),
    sendReport,
    interfaceMemory: noMemory,
    timeFacts: noTimeFacts,
  };
}
