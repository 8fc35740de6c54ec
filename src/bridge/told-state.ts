/** The kernel's word that a port of a bridge has got another state, as `bridge monitor link` writes it down. */
import type { StpState } from './kernel.js';

export interface ToldState {
  readonly bridge: string;
  readonly port: string;
  readonly state: StpState;
}

/** "5: eth2@if3: <BROADCAST,...> mtu 1500 master lan state blocking priority 32 cost 2"; other links have no such state. */
const line =
  /^\d+: ([^:@\s]+)[:@].* master (\S+) state (disabled|listening|learning|forwarding|blocking) /;

/** Undefined for a line that says something else. */
export function toldState(text: string): ToldState | undefined {
  const [, port, bridge, state] = line.exec(text) ?? [];
  if (port === undefined || bridge === undefined || state === undefined) return undefined;
  return { bridge, port, state: state as StpState };
}
