/** The lab's report for reading, by someone who may never have seen PTP. */
import type { LabReport } from '../lab/report.js';
import { stations } from '../lab/topology.js';
import { formatNs, total } from './format-stats.js';
import { table } from './table.js';

/** No more lines than a terminal of 24 shows. */
export function formatLab(report: LabReport): string {
  return [introduction(report), receiverTable(report), verdict(report), portTable(report)]
    .filter((section) => section !== '')
    .join('\n\n');
}

/** How things stand, in one line. */
export function formatLabLine({ elapsedSeconds, total }: LabReport): string {
  const { samples, corrected, uncorrected } = total;
  const errors = [
    `with the correction ${formatNs(corrected?.medianNs ?? null)} (worst ${formatNs(corrected?.worstNs ?? null)})`,
    `without it ${formatNs(uncorrected?.medianNs ?? null)} (worst ${formatNs(uncorrected?.worstNs ?? null)})`,
  ];
  return `lab: ${elapsedSeconds.toFixed(0)} s, ${samples} samples: median error ${errors.join(', ')}`;
}

function introduction({ syncPerSecond, load }: LabReport): string {
  return [
    `A source sends its time through a switch to three receivers, ${syncPerSecond} times a second. While a message waits in`,
    'the switch, the time in it grows old: that is the error of an ordinary switch. A transparent clock measures',
    'the wait and writes it into the message. All clocks here are the one of this machine, so 0 would be perfect.',
    `Load: a burst of 0 to ${load.maxBurstMessages} other PTP messages right before every Sync.`,
  ].join('\n');
}

function receiverTable({ receivers }: LabReport): string {
  return table([
    [
      'time error at',
      'port',
      'samples',
      'corrected: median',
      'worst',
      'uncorrected: median',
      'worst',
    ],
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

function verdict({ total: { corrected, uncorrected }, elapsedSeconds }: LabReport): string {
  if (corrected === null || uncorrected === null) return '';
  const times = (uncorrected.medianNs / corrected.medianNs).toPrecision(2);
  return [
    `After ${elapsedSeconds.toFixed(0)} s: corrected, the receivers are off by ${formatNs(corrected.medianNs)} (median; worst ${formatNs(corrected.worstNs)});`,
    `uncorrected, by ${formatNs(uncorrected.medianNs)} (worst ${formatNs(uncorrected.worstNs)}): ${Number(times)} times as much.`,
  ].join('\n');
}

function portTable({ ports }: LabReport): string {
  return table([
    ['port', 'cable to', 'received', 'sent', 'dropped', 'residence p50', 'p99', 'max'],
    ...ports.map(({ interface: name, counters, residenceNs }) => [
      name,
      stations.find(({ switchPort }) => switchPort === name)?.title ?? '',
      String(total(counters.rx)),
      String(total(counters.tx)),
      String(total(counters.drop)),
      formatNs(residenceNs.p50),
      formatNs(residenceNs.p99),
      formatNs(residenceNs.max),
    ]),
  ]);
}
