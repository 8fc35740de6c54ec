/** Judges from a probe how well an interface serves as a port, and how to remedy what is amiss; changes nothing. */
import type { InterfaceProbe } from '../../native/interface-probe.js';
import type { PtpProgram, PtpProgramUse } from './ptp-programs.js';

export interface Finding {
  /** `problem`: a switch cannot use the interface as it is; `note`: it can, but the operator should know. */
  readonly level: 'ok' | 'note' | 'problem';
  readonly text: string;
  /** What to do; absent where there is nothing to be done. */
  readonly remedy?: string;
}

export interface HostFacts {
  readonly mayOpenPacketSockets: boolean;
  readonly mayConfigureInterfaces: boolean;
}

const programRemedies: Readonly<Record<PtpProgramUse, string>> = {
  protocol: 'on a port of the switch it changes the time stamping mode: stop it there',
  clocks:
    'each clock of a port that it steers is related anew and corrections wait: leave it others',
  stamps: 'let its hwtimestamp directive name interfaces that are no ports of the switch',
};

export function diagnoseHost(host: HostFacts): Finding[] {
  const problem = (right: string, use: string): Finding => ({
    level: 'problem',
    text: `no ${right}, needed to ${use}`,
    remedy: 'run as root, or give the process this capability',
  });
  return [
    host.mayOpenPacketSockets
      ? { level: 'ok', text: 'may open packet sockets' }
      : problem('CAP_NET_RAW', 'receive and send frames'),
    host.mayConfigureInterfaces
      ? { level: 'ok', text: 'may configure interfaces' }
      : problem('CAP_NET_ADMIN', 'turn on time stamping and promiscuous mode'),
  ];
}

/** @param bridge the bridge that the interface is a port of, where it is one */
export function diagnoseInterface(probe: InterfaceProbe, bridge: string | undefined): Finding[] {
  const name = probe.interface;
  if (!probe.exists) {
    const remedy = 'look the name up with: ip link';
    return [{ level: 'problem', text: 'there is no such interface', remedy }];
  }
  if (!probe.ethernet || probe.loopback) {
    const remedy = 'choose an Ethernet interface';
    return [{ level: 'problem', text: 'is not an Ethernet interface', remedy }];
  }
  const findings = [
    ...linkFindings(probe),
    ...timestampingFindings(probe),
    ...latencyFindings(probe),
    ...mergeFindings(probe),
  ];
  if (bridge !== undefined) {
    findings.push({
      level: 'note',
      text: `is a port of the bridge ${bridge}, which forwards PTP messages a second time, uncorrected`,
      remedy: `take it out: ip link set ${name} nomaster`,
    });
  }
  return findings;
}

/** Judges other programs on the machine that use PTP hardware. */
export function diagnosePrograms(programs: readonly PtpProgram[]): Finding[] {
  return programs.map(({ name, pid, command, use }) => ({
    level: 'note',
    text: `${name} runs as process ${pid} (${command})`,
    remedy: programRemedies[use],
  }));
}

/** What `timestamping: auto` results in for these interfaces together. */
export function diagnoseTogether(probes: readonly InterfaceProbe[]): Finding {
  const [hardware, software] = [probes.filter(hasHardware), probes.filter((p) => !hasHardware(p))];
  const clocks = new Set(hardware.map(({ phcIndex }) => `/dev/ptp${phcIndex}`));
  const namesOf = (some: readonly InterfaceProbe[]): string =>
    some.map(({ interface: name }) => name).join(', ');
  const would = 'timestamping: auto would be';
  if (hardware.length === 0) return { level: 'ok', text: `${would} software on every port` };
  const related =
    clocks.size > 1 || software.length > 0
      ? `${[...clocks].join(', ')}: related over the system clock`
      : `one clock, ${[...clocks].join('')}`;
  if (software.length === 0) {
    return { level: 'ok', text: `${would} hardware on every port: ${related}` };
  }
  if (hardware.length === 1) {
    return {
      level: 'note',
      text: `${would} software on every port: ${namesOf(hardware)} alone has hardware time stamps`,
      remedy:
        'none needed: two kinds would be worse than software on every port; timestamping: mixed insists',
    };
  }
  return {
    level: 'note',
    text: `${would} hardware on ${namesOf(hardware)} (${related}) and software on ${namesOf(software)}`,
    remedy:
      'offsets measured across the two kinds are wrong by up to tens of microseconds: use ports of one kind, or timestamping: software',
  };
}

function linkFindings({ interface: name, up, running, speedMbps }: InterfaceProbe): Finding[] {
  if (!up) {
    return [{ level: 'note', text: 'is down', remedy: `bring it up: ip link set ${name} up` }];
  }
  if (!running) {
    return [{ level: 'note', text: 'has no carrier', remedy: 'see to the cable and the peer' }];
  }
  return [{ level: 'ok', text: `is up${speedMbps > 0 ? ` at ${speedMbps} Mbit/s` : ''}` }];
}

function timestampingFindings(probe: InterfaceProbe): Finding[] {
  const findings: Finding[] = [];
  const { driver, hardwareObstacle, phcIndex } = probe;
  if (hasHardware(probe)) {
    findings.push({ level: 'ok', text: `hardware time stamps of /dev/ptp${phcIndex}` });
    findings.push(outstandingFinding(probe));
  } else if (phcIndex >= 0) {
    findings.push({
      level: 'note',
      text: `hardware time stamps cannot be used: ${hardwareObstacle}`,
      remedy: 'a newer driver or firmware may lift that; software time stamps serve meanwhile',
    });
  }
  if (hasSoftware(probe)) {
    findings.push({ level: 'ok', text: 'software time stamps in both directions' });
  } else if (!hasHardware(probe)) {
    findings.push({
      level: 'problem',
      text: `the driver ${driver || '(unknown)'} takes no transmit time stamps`,
      remedy: 'use an interface with another driver',
    });
  }
  return [...findings, ...modeFindings(probe)];
}

function outstandingFinding({ driver, outstandingTimestamps: limit }: InterfaceProbe): Finding {
  return limit === 1
    ? {
        level: 'note',
        text: `${driver} holds one transmit time stamp at a time`,
        remedy: 'none needed: event messages wait for one another, and the wait is corrected',
      }
    : { level: 'ok', text: `up to ${limit} transmit time stamps at a time` };
}

function modeFindings({ current }: InterfaceProbe): Finding[] {
  if (current === null || current.transmitType === 'off') return [];
  return [
    {
      level: 'note',
      text: `hardware time stamping is on already (transmit ${current.transmitType}, receive ${current.receiveFilter})`,
      remedy: 'if another PTP program uses this interface, stop it first',
    },
  ];
}

/** Settings of the interface that delay a frame before the switch gets it. */
function latencyFindings(probe: InterfaceProbe): Finding[] {
  const { interface: name, coalescing, energyEfficiency } = probe;
  const findings: Finding[] = [];
  const waits = coalescing !== null && (coalescing.adaptiveReceive || coalescing.receiveUsecs > 0);
  if (waits) {
    const wait = coalescing.adaptiveReceive
      ? 'as long as the driver sees fit (adaptive-rx)'
      : `up to ${coalescing.receiveUsecs} us (rx-usecs)`;
    findings.push({
      level: 'note',
      text: `interrupts of received frames wait ${wait}: ${
        hasHardware(probe)
          ? 'residences are that much longer'
          : 'software time stamps are that late'
      }`,
      remedy: `ethtool -C ${name} adaptive-rx off rx-usecs 0`,
    });
  }
  if (energyEfficiency?.active === true) {
    findings.push({
      level: 'note',
      text: 'Energy-Efficient Ethernet is active: a link that wakes delays a frame, each way differently',
      remedy: `ethtool --set-eee ${name} eee off`,
    });
  }
  return findings;
}

/** Packets that the host has merged look like one message, and the others are lost. */
function mergeFindings({ interface: name, mergeOffloads }: InterfaceProbe): Finding[] {
  if (mergeOffloads.length === 0) return [];
  return [
    {
      level: 'note',
      text: `received packets of UDP are merged (${mergeOffloads.join(', ')}), and PTP messages that come close together with them`,
      remedy: `the switch turns that off while it runs, unless mergeOffloads: keep; for good: ${turnOff(name, mergeOffloads)}`,
    },
  ];
}

function turnOff(name: string, features: readonly string[]): string {
  return `ethtool -K ${name} ${features.map((feature) => `${feature} off`).join(' ')}`;
}

function hasHardware({ hardwareObstacle }: InterfaceProbe): boolean {
  return hardwareObstacle === null;
}

function hasSoftware({ capabilities }: InterfaceProbe): boolean {
  return capabilities.softwareTransmit && capabilities.softwareReceive;
}
