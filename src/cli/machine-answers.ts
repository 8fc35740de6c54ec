/** The shapes of the JSON that commands answer with which ask no switch, as those of src/control/answers.ts. */
import type { BridgeStatus } from '../bridge/status.js';
import type { Finding } from '../daemon/machine/diagnosis.js';
import type { NetworkDevice } from '../daemon/machine/network-devices.js';
import type { InterfaceProbe } from '../native/interface-probe.js';
import { schemaVersion } from '../control/answers.js';

/** What an answer about the machine, which no switch gives, begins with. */
export interface MachineAnswerHead {
  /** Of the shape of this answer. */
  readonly schema: typeof schemaVersion;
  /** When it was made: UTC by this machine's clock (ISO 8601). */
  readonly at: string;
  /** It tells of what is found now, and counts nothing since a start. */
  readonly since: null;
}

export function machineHead(): MachineAnswerHead {
  return { schema: schemaVersion, at: new Date().toISOString(), since: null };
}

/** `doctor --json` */
export interface DoctorAnswer extends MachineAnswerHead {
  readonly host: readonly Finding[];
  readonly interfaces: readonly InterfaceReport[];
}

export interface InterfaceReport {
  readonly probe: InterfaceProbe;
  /** Null where the kernel does not list it. */
  readonly device: NetworkDevice | null;
  readonly findings: readonly Finding[];
}

/** `bridge status --json` */
export interface BridgeStatusAnswer extends MachineAnswerHead {
  readonly bridges: readonly BridgeStatus[];
}

/** `bridge clean --json` */
export interface BridgeCleanAnswer extends MachineAnswerHead {
  /** What was done, one sentence each. */
  readonly deeds: readonly string[];
}
