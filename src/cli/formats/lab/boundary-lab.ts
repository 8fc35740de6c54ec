/** The report of the lab with a boundary clock for reading, by someone who may never have seen PTP. */
import type {
  BoundaryLabReport,
  GrandmasterReport,
  SwitchOverReport,
} from '../../../lab/report/report.js';
import { formatNs } from '../numbers.js';
import { table } from '../table.js';

/** Fits a terminal of 80 columns and 24 lines. */
export function formatBoundaryLab(report: BoundaryLabReport): string {
  return [
    introduction(report),
    grandmasterTable(report),
    clockLine(report),
    receiverTable(report),
    failoverSection(report),
    verdict(report),
  ]
    .filter((section) => section !== '')
    .join('\n\n');
}

/** The state of the lab in one line. */
export function formatBoundaryLabLine(report: BoundaryLabReport): string {
  const killed = report.grandmasters.filter(({ running }) => !running);
  const { samples, error } = report.total;
  return [
    `lab: ${report.elapsedSeconds.toFixed(0)} s, ${samples} samples: `,
    ...killed.map(({ title }) => `${title} killed, `),
    `${following(report)}, median error ${formatNs(error?.medianNs ?? null)} `,
    `(worst ${formatNs(error?.worstNs ?? null)})`,
  ].join('');
}

function introduction({ grandmasterRatePpb, syncPerSecond }: BoundaryLabReport): string {
  return [
    'The switch is a boundary clock: it follows the better of two grandmasters and',
    `hands its time on, ${syncPerSecond} times a second, on each transport. The grandmasters' time`,
    `runs ${grandmasterRatePpb / 1000} ppm faster than this machine's clock, and is hours ahead of it; as a`,
    'receiver knows that, it knows its error: 0 would be perfect.',
  ].join('\n');
}

function grandmasterTable(report: BoundaryLabReport): string {
  return table([
    ['grandmaster', 'port', 'priority1', 'port of the switch', 'grandmaster is'],
    ...report.grandmasters.map((grandmaster) => [
      grandmaster.title,
      grandmaster.switchPort,
      String(grandmaster.priority1),
      portState(report, grandmaster.switchPort),
      grandmasterState(report, grandmaster),
    ]),
  ]);
}

function grandmasterState(
  { followed }: BoundaryLabReport,
  { name, running, heard }: GrandmasterReport,
): string {
  const isFollowed = followed === name;
  if (!running) return isFollowed ? 'killed, not missed yet' : 'killed';
  if (isFollowed) return 'followed';
  return heard ? 'standing by' : 'not heard yet';
}

function clockLine(report: BoundaryLabReport): string {
  const { offsetFromMasterNs, ratePpb } = report.clock;
  const ppm = (ratePpb / 1000).toFixed(3);
  return `The switch ${following(report)}: ${formatNs(offsetFromMasterNs)} off it, rate ${ppm} ppm.`;
}

function following({ followed, grandmasters, clock }: BoundaryLabReport): string {
  const title = grandmasters.find(({ name }) => name === followed)?.title ?? 'nobody';
  return `follows ${title}, ${clock.lockState}`;
}

function receiverTable(report: BoundaryLabReport): string {
  return table([
    ['error at', 'port', 'port of the switch', 'samples', 'latest', 'median', 'worst'],
    ...report.receivers.map(({ title, switchPort, samples, latestNs, error }) => [
      title,
      switchPort,
      portState(report, switchPort),
      String(samples),
      formatNs(latestNs),
      formatNs(error?.medianNs ?? null),
      formatNs(error?.worstNs ?? null),
    ]),
  ]);
}

function portState({ clock }: BoundaryLabReport, switchPort: string): string {
  return clock.ports.find((port) => port.interface === switchPort)?.portState ?? '-';
}

function failoverSection({ failover, grandmasters }: BoundaryLabReport): string {
  if (failover === null) return '';
  const [better, other] = grandmasters.map(({ title }) => title);
  const { loss, return: back, killAfterSeconds, returnAfterSeconds } = failover;
  if (loss === null) {
    return `At ${killAfterSeconds} s ${better} will be killed, at ${returnAfterSeconds} s started again.`;
  }
  return table([
    ['failover', 'at', 'follows', 'after', 'locked after', 'worst error'],
    [`${better} killed`, ...switchOverCells(loss, other)],
    ...(back === null ? [] : [[`${better} started`, ...switchOverCells(back, better)]]),
  ]);
}

function switchOverCells(switchOver: SwitchOverReport, follows: string | undefined): string[] {
  const { atSeconds, followedAfterMs, lockedAfterMs, worstErrorNs } = switchOver;
  return [
    `${atSeconds.toFixed(1)} s`,
    followedAfterMs === null ? 'not yet' : (follows ?? ''),
    inSeconds(followedAfterMs),
    inSeconds(lockedAfterMs),
    formatNs(worstErrorNs),
  ];
}

function inSeconds(ms: number | null): string {
  return ms === null ? '-' : `${(ms / 1000).toFixed(2)} s`;
}

function verdict({ total: { error, samples }, elapsedSeconds }: BoundaryLabReport): string {
  if (error === null) return '';
  return (
    `After ${elapsedSeconds.toFixed(0)} s and ${samples} samples the median error is ` +
    `${formatNs(error.medianNs)} (worst ${formatNs(error.worstNs)}).`
  );
}
