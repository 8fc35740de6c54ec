/** What an interface is good for as a port, and what to do about what it is not: judged from a probe, touching nothing. */
import type { InterfaceProbe } from '../native/interface-probe.js';

export interface Finding {
  /** `problem`: a switch cannot use it so; `note`: it can, but somebody should know. */
  readonly level: 'ok' | 'note' | 'problem';
  readonly text: string;
  /** What to do; absent where there is nothing to be done. */
  readonly remedy?: string;
}

export interface HostFacts {
  readonly mayOpenPacketSockets: boolean;
  readonly mayConfigureInterfaces: boolean;
}

/** Receive filters, as ethtool names them, that cover PTPv2 event messages of every transport. */
const filtersForAll = ['all', 'ptpv2-event'];
/** Drivers of hardware that holds a single transmit time stamp at a time. */
const oneTimestampDrivers = ['igb', 'e1000e'];

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
  const findings = [...linkFindings(probe), ...timestampingFindings(probe)];
  if (bridge !== undefined) {
    findings.push({
      level: 'note',
      text: `is a port of the bridge ${bridge}, which forwards PTP messages a second time, uncorrected`,
      remedy: `take it out: ip link set ${name} nomaster`,
    });
  }
  return findings;
}

/** What `timestamping: auto` comes to for these interfaces together. */
export function diagnoseTogether(probes: readonly InterfaceProbe[]): Finding {
  const without = probes.filter((probe) => !hasHardware(probe)).map((probe) => probe.interface);
  const clocks = new Set(probes.map((probe) => probe.phcIndex));
  const software = (reason: string): Finding => ({
    level: 'ok',
    text: `timestamping: auto would be software: ${reason}`,
  });
  if (without.length > 0) return software(`no hardware time stamps on ${without.join(', ')}`);
  if (clocks.size > 1) {
    const names = [...clocks].map((index) => `/dev/ptp${index}`).join(', ');
    return software(`the ports have different hardware clocks: ${names}`);
  }
  return { level: 'ok', text: 'timestamping: auto would be hardware: all ports share one clock' };
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
  if (hasHardware(probe)) {
    findings.push({ level: 'ok', text: `hardware time stamps of /dev/ptp${probe.phcIndex}` });
    findings.push(...hardwareLimits(probe));
  }
  if (hasSoftware(probe)) {
    findings.push({ level: 'ok', text: 'software time stamps in both directions' });
  } else if (!hasHardware(probe)) {
    findings.push({
      level: 'problem',
      text: `the driver ${probe.driver || '(unknown)'} takes no transmit time stamps`,
      remedy: 'use an interface with another driver',
    });
  }
  return findings;
}

function hardwareLimits({ driver, receiveFilters, current }: InterfaceProbe): Finding[] {
  const findings: Finding[] = [];
  if (!receiveFilters.some((filter) => filtersForAll.includes(filter))) {
    findings.push({
      level: 'note',
      text: `hardware receive time stamps only for: ${receiveFilters.join(', ')}`,
      remedy: 'for other transports use timestamping: software',
    });
  }
  if (oneTimestampDrivers.includes(driver)) {
    findings.push({
      level: 'note',
      text: `${driver} holds one transmit time stamp at a time: event messages wait for one another, and the wait is corrected`,
    });
  }
  if (current !== null && current.transmitType !== 'off') {
    findings.push({
      level: 'note',
      text: `hardware time stamping is on already (transmit ${current.transmitType}, receive ${current.receiveFilter})`,
      remedy: 'if another PTP program uses this interface, stop it first',
    });
  }
  return findings;
}

function hasHardware({ capabilities, phcIndex, transmitTypes }: InterfaceProbe): boolean {
  return (
    capabilities.hardwareTransmit &&
    capabilities.hardwareReceive &&
    capabilities.rawHardwareClock &&
    transmitTypes.includes('on') &&
    phcIndex >= 0
  );
}

function hasSoftware({ capabilities }: InterfaceProbe): boolean {
  return capabilities.softwareTransmit && capabilities.softwareReceive;
}
