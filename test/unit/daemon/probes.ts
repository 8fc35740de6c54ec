/** Probes of interfaces as the kernel describes them. */
import type { InterfaceProbe } from '../../../src/native/interface-probe.js';

/** A virtual Ethernet interface: software time stamps, no clock. */
export function vethProbe(name: string): InterfaceProbe {
  return {
    interface: name,
    exists: true,
    interfaceIndex: 2,
    mac: '02:00:00:00:00:01',
    up: true,
    running: true,
    ethernet: true,
    loopback: false,
    speedMbps: 10_000,
    driver: 'veth',
    phcIndex: -1,
    capabilities: {
      softwareTransmit: true,
      softwareReceive: true,
      hardwareTransmit: false,
      hardwareReceive: false,
      rawHardwareClock: false,
    },
    transmitTypes: [],
    receiveFilters: [],
    current: null,
    hardwareObstacle: 'it has no hardware time stamps',
    outstandingTimestamps: 4,
    coalescing: null,
    energyEfficiency: null,
    mergeOffloads: [],
  };
}

/** A NIC that can do everything, with /dev/ptp`phcIndex`. */
export function hardwareProbe(name: string, phcIndex: number): InterfaceProbe {
  return {
    ...vethProbe(name),
    driver: 'ice',
    phcIndex,
    capabilities: {
      softwareTransmit: true,
      softwareReceive: true,
      hardwareTransmit: true,
      hardwareReceive: true,
      rawHardwareClock: true,
    },
    transmitTypes: ['off', 'on'],
    receiveFilters: ['none', 'all'],
    current: { transmitType: 'off', receiveFilter: 'none' },
    hardwareObstacle: null,
    outstandingTimestamps: 64,
    coalescing: { receiveUsecs: 0, adaptiveReceive: false },
    energyEfficiency: { enabled: true, active: false },
  };
}
