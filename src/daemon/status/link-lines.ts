/** What the operator is told of a port when it is opened, and when its link changes. */
import type { PortInfo } from '../../native/data-plane.js';
import type { PortLink } from './status.js';

export function introduction(info: PortInfo): string {
  const { interface: name, mac, timestamping, timestampingReason: reason } = info;
  const { offloadsTurnedOff: off } = info;
  const merging = off.length > 0 ? `; turned off: ${off.join(', ')}` : '';
  return `${name}: ${mac || 'no address yet'}, ${timestamping} time stamps: ${reason}${merging}`;
}

export function linkLine(name: string, link: PortLink): string {
  switch (link) {
    case 'up':
      return `${name}: the link is up: forwarding`;
    case 'down':
      return `${name}: the link is down: forwarding begins when it comes up`;
    case 'absent':
      return `${name}: there is no such interface now: forwarding begins when it is back`;
  }
}
