/** Runs the command line inside the test, on a machine made of fakes. */
import type { Environment } from '../../../src/cli/environment.js';
import { plain } from '../../../src/cli/formats/colour.js';
import { Hangups } from '../../../src/cli/hangups.js';
import { runCommandLine } from '../../../src/cli/program.js';
import type { OwnTerminal } from '../../../src/cli/monitor/terminal.js';
import type { Belongings, Ownership } from '../../../src/daemon/ownership.js';
import type { Notify } from '../../../src/daemon/machine/service-manager.js';
import type { OpenOptions } from '../../../src/native/data-plane.js';
import { untoldKernelClock } from '../../../src/native/kernel-clock.js';
import type { InterfaceProbe } from '../../../src/native/interface-probe.js';
import { FakeDataPlane } from '../daemon/fake-data-plane.js';
import { vethProbe } from '../daemon/probes.js';

export interface Invocation {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

export interface Machine {
  readonly terminal?: Environment['terminal'];
  readonly openTerminal?: () => OwnTerminal;
  readonly stop?: AbortSignal;
  readonly hangups?: Hangups;
  readonly openDataPlane?: (options: OpenOptions) => FakeDataPlane;
  readonly probeInterface?: (name: string) => InterfaceProbe;
  readonly variables?: Environment['variables'];
  readonly notifyServiceManager?: Notify;
  /** Given what is to be called when an address has changed. */
  readonly watchAddresses?: Environment['watchAddresses'];
  readonly takeOwnership?: (belongings: Belongings) => Promise<Ownership>;
  /** Sees every line on its way, to act when something has been said. */
  readonly onOutput?: (text: string) => void;
}

export async function invoke(args: readonly string[], machine: Machine = {}): Promise<Invocation> {
  const output: string[] = [];
  const errors: string[] = [];
  const print = (text: string): void => {
    output.push(text);
    machine.onOutput?.(text);
  };
  const printError = (text: string): void => void errors.push(text);
  const environment: Environment = {
    version: '1.2.3',
    script: '/opt/ptp-switch/dist/cli/main.js',
    ...{ print, printError },
    log: { info: print, warn: printError, error: printError },
    interactive: false,
    terminal: machine.terminal ?? (() => ({ columns: 80, rows: undefined })),
    paint: plain,
    openTerminal: () => Promise.resolve(machine.openTerminal?.()),
    stop: machine.stop ?? new AbortController().signal,
    hangups: machine.hangups ?? new Hangups(() => undefined),
    variables: machine.variables ?? {},
    loadAddon: () =>
      Promise.resolve({
        openDataPlane: machine.openDataPlane ?? ((options) => new FakeDataPlane(options)),
        probeInterface: machine.probeInterface ?? vethProbe,
        notifyServiceManager: machine.notifyServiceManager ?? (() => undefined),
        kernelClock: untoldKernelClock,
      }),
    watchAddresses: machine.watchAddresses ?? (() => Promise.resolve(() => undefined)),
    takeOwnership: machine.takeOwnership ?? (() => Promise.resolve({ release: () => undefined })),
  };
  const exitCode = await runCommandLine(args, environment);
  return { exitCode, output: output.join('\n'), errors: errors.join('\n') };
}
