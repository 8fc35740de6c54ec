/** Readings of a switch that is not there, and screens made of them. */
import { plain } from '../../../../src/cli/formats/colour.js';
import { pressed } from '../../../../src/cli/monitor/keys.js';
import { observe } from '../../../../src/cli/monitor/observation.js';
import type { PortReading, Reading } from '../../../../src/cli/monitor/reading.js';
import {
  initialState,
  withObservation,
  type Look,
  type MonitorState,
} from '../../../../src/cli/monitor/state.js';

export const look: Look = {
  paint: plain,
  blocks: true,
  timeOf: (unixMs) => new Date(unixMs).toISOString().slice(11, 19),
};

export function portReading(name: string, change: Partial<PortReading> = {}): PortReading {
  return {
    interface: name,
    link: 'up',
    timestamping: 'hardware',
    roles: ['MASTER'],
    received: { Sync: 0, Delay_Req: 0 },
    sent: { Sync: 0, Delay_Req: 0 },
    dropped: { noPolicy: 0 },
    others: { 'timestamp.transmitMissing': 0 },
    residence: { count: 0, min: null, mean: null, p50: null, p99: null, max: null },
    meanLinkDelayNs: null,
    ...change,
  };
}

export function readingWith(ports: readonly PortReading[], change: Partial<Reading> = {}): Reading {
  return {
    ...{ version: '1.2.3', pid: 7, uptimeSeconds: 3 * 86_400 + 2 * 3600 + 11 * 60 },
    ports,
    instances: [
      {
        name: 'bc of domain 24',
        state: 'locked',
        words: 'follows 00b0ae.fffe.000011 by eth1, 24 ns rms, 61 max in 10 s',
        offsetNs: -24,
      },
    ],
    problems: [],
    ...change,
  };
}

/** Of a port that has forwarded so many Syncs, each of which stayed `residenceNs`. */
export function busyPort(name: string, syncs: number, residenceNs = 8100): PortReading {
  return portReading(name, {
    received: { Sync: syncs, Delay_Req: 2 * syncs },
    sent: { Sync: syncs, Delay_Req: 0 },
    residence: {
      ...{ count: syncs, min: residenceNs, mean: residenceNs },
      ...{ p50: residenceNs, p99: residenceNs, max: residenceNs },
    },
    meanLinkDelayNs: 312,
  });
}

/** Of a second after the other, from 14:02:11 on. */
export function stateAfter(readings: readonly Reading[]): MonitorState {
  const begin = Date.UTC(2026, 0, 1, 14, 2, 11);
  return readings.reduce(
    (state, reading, second) => {
      const times = { atMs: second * 1000, unixMs: begin + second * 1000 };
      return withObservation(state, observe(state.latest, reading, times));
    },
    initialState(look, 1000),
  );
}

/** Names of keys, and characters. */
export function after(state: MonitorState, ...keys: readonly string[]): MonitorState {
  return keys.reduce((so, name) => pressed(so, { name, ctrl: false }), state);
}
