/** An entry of the list of instances (instances.ts): an instance of the core, and what the switch does with it. */
import type { ClockConfig, Config, InstanceConfig } from '../../config/config.js';
import type { Clock } from '../../core/instance/clock.js';
import type { Output, Transport } from '../../core/io.js';
import type { Managed, ManagementRequest } from '../../core/management/managed-clock.js';
import type { Attachment } from '../runtime/attachment.js';
import type { Report } from '../runtime/pump.js';
import type { ClockStatus } from '../status/clock-status.js';

export interface AttachedInstance {
  /** Its name, and what the pump has it take part in. */
  readonly attachment: Attachment;
  /** Called with everything that the instance reports: link delays, rate ratios, what it discards. */
  readonly onReport?: (report: Report) => void;
  /** What the instance shows of itself; only of boundary and ordinary clocks. */
  readonly status?: () => ClockStatus;
  /** Takes what a reload changes in place, of an instance of the configuration. */
  readonly reconfigure?: (config: InstanceConfig) => readonly Output[];
  /** Of a link that transparent clocks share: it stays over a reload as long as `likeness` is the same. */
  readonly sharedLink?: {
    readonly port: number;
    readonly transport: Transport;
    readonly likeness: string;
    /** Measures for the instances of another configuration. */
    readonly reconfigure: (config: Pick<Config, 'instances'>) => readonly Output[];
  };
  /** Answers management requests for an instance of the configuration. */
  readonly management?: {
    readonly name: string;
    readonly config: InstanceConfig;
    readonly manage: (request: ManagementRequest) => Managed;
  };
  /** The clock whose time may be given to clocks of the machine, and which has a source for its own. */
  readonly clock?: { readonly name: string; readonly config: ClockConfig; readonly clock: Clock };
}
