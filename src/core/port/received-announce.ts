/** An Announce as a port receives it: with the address of its sender. */
import type { HeardAnnounce } from '../bmca/foreign-masters.js';
import type { ReceivedMessage } from './port.js';

export type ReceivedAnnounce = ReceivedMessage & HeardAnnounce;

export function isAnnounce(received: ReceivedMessage): received is ReceivedAnnounce {
  return received.message.messageType === 'Announce';
}
