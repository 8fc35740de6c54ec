/** Reads from a line of `bridge monitor link` that a port of a bridge has changed its state. */
import type { StpState } from './kernel.js';

export interface MonitoredState {
  readonly bridge: string;
  readonly port: string;
  readonly state: StpState;
}

/** "5: eth2@if3: <BROADCAST,...> mtu 1500 master lan state blocking priority 32 cost 2"; other links have no such state. */
const line =
  /^\d+: ([^:@\s]+)[:@].* master (\S+) state (disabled|listening|learning|forwarding|blocking) /;

/** Undefined for a line that reports anything else. */
export function monitoredState(text: string): MonitoredState | undefined {
  const [, port, bridge, state] = line.exec(text) ?? [];
  if (port === undefined || bridge === undefined || state === undefined) return undefined;
  return { bridge, port, state: state as StpState };
}
