/** The lab's report for reading, by someone who may never have seen PTP. */
import type { ErrorSummary } from '../../../lab/report/error-window.js';
import type {
  ErrorComparison,
  LabReport,
  TransparentLabReport,
} from '../../../lab/report/report.js';
import { stations } from '../../../lab/topologies/topology.js';
import { formatBoundaryLab, formatBoundaryLabLine } from './boundary-lab.js';
import { formatNs } from '../numbers.js';
import { total } from '../stats.js';
import { table } from '../table.js';

/** Fits a terminal of 80 columns and 24 lines. */
export function formatLab(report: LabReport): string {
  return report.type === 'bc' ? formatBoundaryLab(report) : formatTransparentLab(report);
}

/** The state of the lab in one line. */
export function formatLabLine(report: LabReport): string {
  return report.type === 'bc' ? formatBoundaryLabLine(report) : formatTransparentLabLine(report);
}

function formatTransparentLab(report: TransparentLabReport): string {
  return [introduction(report), receiverTable(report), verdict(report), portTable(report)]
    .filter((section) => section !== '')
    .join('\n\n');
}

function formatTransparentLabLine({
  elapsedSeconds,
  total: { samples, ...errors },
}: TransparentLabReport): string {
  return `lab: ${seconds(elapsedSeconds)}, ${samples} samples: median error ${comparison(errors).join(' ')}`;
}

function introduction({ syncPerSecond, load }: TransparentLabReport): string {
  return [
    `A source sends its time through a switch to three receivers, ${syncPerSecond} times a second.`,
    'While a message waits in the switch, the time in it grows old. A transparent',
    'clock measures the wait and writes it into the message: the correction. All',
    'clocks here are the one of this machine, so an error of 0 would be perfect.',
    `Load: a burst of 0 to ${load.maxBurstMessages} other PTP messages right before every Sync.`,
  ].join('\n');
}

function receiverTable({ receivers }: TransparentLabReport): string {
  return table([
    ['median error at', 'port', 'samples', 'corrected', 'worst', 'uncorrected', 'worst'],
    ...receivers.map(({ title, switchPort, samples, corrected, uncorrected }) => [
      title,
      switchPort,
      String(samples),
      formatNs(corrected?.medianNs ?? null),
      formatNs(corrected?.worstNs ?? null),
      formatNs(uncorrected?.medianNs ?? null),
      formatNs(uncorrected?.worstNs ?? null),
    ]),
  ]);
}

function verdict({ total, elapsedSeconds }: TransparentLabReport): string {
  const { corrected, uncorrected } = total;
  if (corrected === null || uncorrected === null) return '';
  const [withIt, withoutIt] = comparison(total);
  const times = Number((uncorrected.medianNs / corrected.medianNs).toPrecision(2));
  return [
    `After ${seconds(elapsedSeconds)} the median error is ${withIt}`,
    `${withoutIt}: ${times} times as much.`,
  ].join('\n');
}

function comparison({
  corrected,
  uncorrected,
}: Pick<ErrorComparison, 'corrected' | 'uncorrected'>): [withIt: string, withoutIt: string] {
  const worst = (errors: ErrorSummary | null): string =>
    `(worst ${formatNs(errors?.worstNs ?? null)})`;
  return [
    `${formatNs(corrected?.medianNs ?? null)} with the correction ${worst(corrected)},`,
    `${formatNs(uncorrected?.medianNs ?? null)} without it ${worst(uncorrected)}`,
  ];
}

function portTable({ ports }: TransparentLabReport): string {
  return table([
    ['port', 'cable to', 'received', 'sent', 'dropped', 'residence p50 / p99 / max'],
    ...ports.map(({ interface: name, counters, residenceNs: { p50, p99, max } }) => [
      name,
      stations.find(({ switchPort }) => switchPort === name)?.title ?? '',
      String(total(counters.rx)),
      String(total(counters.tx)),
      String(total(counters.drop)),
      [p50, p99, max].map(formatNs).join(' / '),
    ]),
  ]);
}

function seconds(elapsedSeconds: number): string {
  return `${elapsedSeconds.toFixed(0)} s`;
}
