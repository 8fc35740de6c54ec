/** What a switch of three ports costs while nothing happens, and how soon after its start it forwards. */

import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Switch } from '../test/support/netns/switch.js';
import type { Load } from './load.js';
import type { Measurements } from './measurements.js';
import { metric } from './metrics.js';
import { processorSeconds } from './processor-time.js';
import { Rig } from './rig.js';

const SUBJECT = 'ptp-switch';
/** After the last frame, before idleness is measured: the runtime tidies up for a while. */
const SETTLING_MS = 3_000;
const STREAM_MS = 6_000;
const STREAM_RATE = 500;
const START_TIMEOUT_MS = 10_000;

export async function measureFootprint(measurements: Measurements, idleMs: number): Promise<void> {
  const rig = new Rig({ sinks: 2 });
  try {
    const { instance, milliseconds } = await startToFirstFrame(
      rig,
      () => new Switch(rig.network, rig.device, rig.deviceInterfaces),
      { pairs: STREAM_RATE, milliseconds: STREAM_MS },
    );
    measurements.add(metric.start, SUBJECT, milliseconds);
    await delay(SETTLING_MS);
    const before = processorSeconds(instance.child.pid);
    await delay(idleMs);
    const used = processorSeconds(instance.child.pid) - before;
    measurements.add(metric.idleProcessor, SUBJECT, (100 * used * 1000) / idleMs);
    measurements.add(metric.residentMemory, SUBJECT, residentMegabytes(instance.child.pid));
  } finally {
    await rig.close();
  }
}

/** From the start of the process to the first frame at a sink, while a stream is already running; resolves when that has ended. */
export async function startToFirstFrame(
  rig: Rig,
  start: () => Switch,
  stream: Pick<Load, 'pairs' | 'milliseconds'>,
): Promise<{ readonly instance: Switch; readonly milliseconds: number }> {
  const sink = rig.network.namespace('sink1');
  const arrival = sink.spawn('tcpdump', [
    '-n',
    // Else it is told of a frame only when its buffer's second is over.
    '--immediate-mode',
    '-i',
    'eth0',
    '-c',
    '1',
    'ether',
    'proto',
    '0x88f7',
  ]);
  await arrival.waitForLine(/listening on/, START_TIMEOUT_MS);
  const offered = rig.offer({ ...stream, cpu: 0, yielding: true });
  const before = performance.now();
  const instance = start();
  const arrived = arrival.exited.then(() => performance.now() - before);
  await offered;
  if (arrival.running) {
    throw new Error(
      `nothing was forwarded within ${stream.milliseconds} ms:\n${instance.child.output}`,
    );
  }
  return { instance, milliseconds: await arrived };
}

function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6;
}
