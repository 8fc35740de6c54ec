/** Runs a station in a process and a network namespace of its own: its clocks on the real engine. */
import { once } from 'node:events';
import type { Attachment } from '../../daemon/runtime/attachment.js';
import { Pump, type PumpEvent } from '../../daemon/runtime/pump.js';
import { systemTimerClock } from '../../daemon/runtime/timers.js';
import type { DataPlane, OpenOptions } from '../../native/data-plane.js';
import { boundaryStationAttachments } from './boundary-stations.js';
import { clockDomain, receiverAttachments, sourceAttachments } from './clocks.js';
import type { OffsetSample } from './time-receiver.js';
import type { LabType } from '../report/report.js';
import { formatTimeError } from '../report/time-error.js';
import { receivers, stationInterface, stations } from '../topologies/topology.js';

export interface StationOptions {
  /** Of a station: in topology.ts around a transparent clock, else in boundary-topology.ts. */
  readonly name: string;
  /** What the switch is: the clocks around it use the same delay mechanism. */
  readonly type: LabType;
  /** As OpenOptions has it, the same for all stations. */
  readonly timebaseAheadNs: bigint;
  readonly openDataPlane: (options: OpenOptions) => DataPlane;
  /** Takes a line for every sample: see time-error.ts. */
  readonly print: (line: string) => void;
  readonly warn: (line: string) => void;
  readonly stop: AbortSignal;
}

/** Runs until stopped. Throws what `openDataPlane` throws, and for a station that there is not. */
export async function runStation(options: StationOptions): Promise<void> {
  const attachments = attachmentsOf(options);
  const dataPlane = options.openDataPlane({
    ports: [
      { interface: stationInterface, ingressLatencyNs: 0, egressLatencyNs: 0, delayAsymmetryNs: 0 },
    ],
    timestamping: 'software',
    busyPoll: false,
    timebaseAheadNs: options.timebaseAheadNs,
  });
  try {
    dataPlane.program({
      rules: [{ sdoId: 'any', domainNumber: clockDomain, action: 'terminate' }],
      linkDelays: [],
      rateRatios: [],
    });
    const pump = new Pump({
      dataPlane,
      attachments,
      timerClock: systemTimerClock,
      onEvent: (event) => tell(event, options),
    });
    pump.start();
    if (!options.stop.aborted) await once(options.stop, 'abort');
    pump.stop();
  } finally {
    dataPlane.close();
  }
}

function attachmentsOf({ name, type, print }: StationOptions): Attachment[] {
  const onSample = ({ corrected, uncorrected }: OffsetSample): void => {
    print(
      formatTimeError({ correctedNs: corrected.offsetNs, uncorrectedNs: uncorrected.offsetNs }),
    );
  };
  if (type === 'bc') return boundaryStationAttachments(name, Math.random, onSample);
  if (!stations.some((candidate) => candidate.name === name)) {
    throw new Error(`lab-clock: ${name}: there is no such station in this lab`);
  }
  const receiver = receivers.find((candidate) => candidate.name === name);
  return receiver === undefined
    ? sourceAttachments(type, Math.random)
    : receiverAttachments(receiver, type, Math.random, onSample);
}

/**
 * Warns of errors of the port. Other events are of no interest: messages for the other receivers, the link that comes
 * and goes with the lab.
 */
function tell(event: PumpEvent, { warn }: StationOptions): void {
  if (event.kind === 'portError') warn(event.message);
}
