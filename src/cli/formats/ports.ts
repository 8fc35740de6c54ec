/** What `show ports` prints: a table for each question, without those that nothing is known of. */
import type { LinkDelayStatus } from '../../daemon/status/peer-delay-table.js';
import type { PortStatus } from '../../daemon/status/status.js';
import { mixedTimestampingLine } from '../../daemon/status/timestamping-line.js';
import { moodOf, type Paint } from './colour.js';
import { formatNs } from './numbers.js';
import { isolationLine, linkWord } from './stats.js';
import { table } from './table.js';
import { newNameBehind } from './words.js';

export function portTables(ports: readonly PortStatus[], paint: Paint): string {
  if (ports.length === 0) return 'no ports';
  const state = (word: string): string => paint(moodOf(word), word);
  const sections = [
    portTable(ports, state),
    bridgeTable(ports, state),
    portStateTable(ports, state),
    clockTable(ports),
    peerDelayTable(ports, state),
    problemLines(ports),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

type StateWord = (word: string) => string;

function portTable(ports: readonly PortStatus[], state: StateWord): string {
  return table([
    ['port', 'address', 'link', 'time stamps', 'clock', 'because'],
    ...ports.map((port) => [
      port.interface,
      port.mac || '-',
      state(linkWord(port)),
      port.timestamping,
      port.phcIndex === null ? '-' : `/dev/ptp${port.phcIndex}`,
      port.timestampingReason,
    ]),
  ]);
}

/** Where a bridge of the kernel has the ports, and is asked who listens. */
function bridgeTable(ports: readonly PortStatus[], state: StateWord): string {
  const bridged = ports.flatMap((port) =>
    port.bridgeState === undefined ? [] : [{ ...port, bridgeState: port.bridgeState }],
  );
  if (bridged.length === 0) return '';
  const asked = bridged.some(({ prunedTransports }) => prunedTransports !== undefined);
  const head = asked ? ['multicast over UDPv4', 'over UDPv6'] : [];
  const sent = (pruned: PortStatus['prunedTransports']): string[] =>
    (['udp4', 'udp6'] as const).map((it) => (pruned?.includes(it) ? 'pruned' : 'sent'));
  return table([
    ['port', 'bridge', ...head],
    ...bridged.map(({ interface: name, bridgeState, prunedTransports }) => [
      name,
      state(bridgeState),
      ...(asked ? sent(prunedTransports) : []),
    ]),
  ]);
}

/** Where a boundary or ordinary clock runs. */
function portStateTable(ports: readonly PortStatus[], state: StateWord): string {
  const rows = ports.flatMap(({ interface: name, clockPorts = [] }) =>
    clockPorts.map(({ instance, domainNumber, portState }) => [
      name,
      instance,
      String(domainNumber),
      state(portState) + newNameBehind(portState),
    ]),
  );
  return rows.length === 0 ? '' : table([['port', 'instance', 'domain', 'port state'], ...rows]);
}

/** Of the hardware clocks alone: software time stamps are all of CLOCK_REALTIME. */
function clockTable(ports: readonly PortStatus[]): string {
  const rows = ports.flatMap(({ interface: name, clock }) =>
    clock === null
      ? []
      : [
          [
            name,
            formatNs(clock.offsetNs),
            formatPpb(clock.ratePpb),
            formatNs(clock.uncertaintyNs),
            clock.related ? 'related' : 'being related: corrections wait',
          ],
        ],
  );
  if (rows.length === 0) return '';
  const head = ['port', 'ahead of the system clock by', 'faster by', 'uncertainty', 'state'];
  return table([head, ...rows]);
}

function peerDelayTable(ports: readonly PortStatus[], state: StateWord): string {
  const rows = ports.flatMap(({ interface: name, peerDelay }) =>
    linksToShow(peerDelay?.links ?? []).map((link) => [
      name,
      link.transport,
      formatNs(link.meanLinkDelayNs),
      formatRate(link.neighborRateRatio),
      link.neighbor ?? '-',
      state(link.description),
    ]),
  );
  if (rows.length === 0) return '';
  const head = [
    'port',
    'transport',
    'mean link delay',
    'neighbour faster by',
    'neighbour',
    'state',
  ];
  return table([head, ...rows]);
}

/** A neighbour speaks one transport, as a rule: that the others are silent goes without saying. */
function linksToShow(links: readonly LinkDelayStatus[]): readonly LinkDelayStatus[] {
  const silent = links.filter(({ state }) => state === 'noResponse' || state === 'measuring');
  return silent.length === links.length ? links : links.filter((link) => !silent.includes(link));
}

function problemLines(ports: readonly PortStatus[]): string {
  const ofPorts = ports.flatMap(({ interface: name, isolation, peerDelay }) => [
    ...(isolation ? [isolationLine(name, isolation.loopWith)] : []),
    ...(peerDelay?.problem ? [`${name}: ${peerDelay.problem}`] : []),
  ]);
  const mixed = mixedTimestampingLine(ports);
  return [...ofPorts, ...(mixed === undefined ? [] : [mixed])].join('\n');
}

/** From the ratio of two clocks. */
function formatRate(rateRatio: number | null): string {
  return rateRatio === null ? '-' : formatPpb((rateRatio - 1) * 1e9);
}

function formatPpb(ppb: number): string {
  return `${ppb.toFixed(0)} ppb`;
}
