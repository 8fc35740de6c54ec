/**
 * The clockIdentity of this box (7.5.2.2): that of the configuration; or the one from before the restart, as long as it can be
 * this box's; or a new one. An interface that comes later than the switch, or goes, would else make another clock of it, and
 * have the whole network elect anew.
 */
import {
  clockIdentityFromMac,
  formatClockIdentity,
  parseClockIdentity,
  type ClockIdentity,
} from '../../core/time/identity.js';
import type { DataPlane } from '../../native/data-plane.js';
import type { IdentityFile } from '../machine/identity-file.js';
import { identityOf, setIdentity } from '../runtime/port-transport.js';

export interface ClockIdentityOptions {
  readonly dataPlane: DataPlane;
  /** As text. */
  readonly configured: string | undefined;
  /** Where it is kept over a restart; undefined: nowhere. */
  readonly file: IdentityFile | undefined;
  readonly info: (line: string) => void;
  readonly warn: (line: string) => void;
}

/** To be called before anybody asks for it (identityOf). */
export function settleIdentity({
  dataPlane,
  configured,
  file,
  info,
  warn,
}: ClockIdentityOptions): void {
  const own = configured === undefined ? undefined : parseClockIdentity(configured);
  if (own !== undefined) {
    setIdentity(dataPlane, own);
    return;
  }
  if (file === undefined) return;
  try {
    const text = file.read();
    const former = text === undefined ? undefined : parseClockIdentity(text);
    if (text !== undefined && former === undefined)
      warn(`${file.path}: not a clockIdentity: it is written anew`);
    if (former !== undefined && canBeOurs(former, dataPlane)) {
      setIdentity(dataPlane, former);
      info(`clockIdentity ${formatClockIdentity(former)}, as before`);
      return;
    }
    file.write(formatClockIdentity(identityOf(dataPlane)));
  } catch (error) {
    warn(
      `${file.path}: ${(error as Error).message}: after a restart the clockIdentity may be another one; write clockIdentity: ` +
        `'${formatClockIdentity(identityOf(dataPlane))}' into the configuration`,
    );
  }
}

/** It is of a port, or may be of one that is not there now. On a copy of this box all ports are there, and none has that address. */
function canBeOurs(former: ClockIdentity, dataPlane: DataPlane): boolean {
  return dataPlane.ports().some(({ mac }) => mac === '' || clockIdentityFromMac(mac) === former);
}
