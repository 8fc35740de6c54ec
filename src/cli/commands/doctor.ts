/** ptp-switch doctor: what this machine and its interfaces can do for PTP, and the remedy for what is amiss. */
import type { CommandModule } from 'yargs';
import type { Finding } from '../../daemon/machine/diagnosis.js';
import { CommandError, exitFailure } from '../command-error.js';
import type { DoctorAnswer } from '../machine-answers.js';
import type { Environment } from '../environment.js';
import { jsonOption } from './options/json-option.js';

interface DoctorArguments {
  interfaces: string[] | undefined;
  json: boolean;
}

export function doctorCommand(environment: Environment): CommandModule<object, DoctorArguments> {
  return {
    command: 'doctor [interfaces..]',
    describe: 'What this machine can do: time stamping, clocks, limits, what to fix',
    builder: (yargs) =>
      yargs
        .positional('interfaces', {
          type: 'string',
          array: true,
          describe: 'The ports to be; all Ethernet interfaces when left out',
        })
        .options({
          json: jsonOption,
        } as const)
        .example('$0 doctor', 'every Ethernet interface')
        .example('$0 doctor -j', 'every Ethernet interface, for a script')
        .example('$0 doctor eth1 eth2', 'these two, alone and as ports of one switch'),
    handler: (args) => doctor(args, environment),
  };
}

async function doctor(args: DoctorArguments, environment: Environment): Promise<void> {
  const { diagnoseHost, diagnoseInterface, diagnosePrograms, diagnoseTogether } =
    await import('../../daemon/machine/diagnosis.js');
  const { diagnoseDevice, diagnoseObstacles } =
    await import('../../daemon/machine/device-diagnosis.js');
  const { readNetworkDevices } = await import('../../daemon/machine/network-devices.js');
  const { bridgeOf, hostFacts, interfaceNames } = await import('../../daemon/machine/host.js');
  const { ptpPrograms } = await import('../../daemon/machine/ptp-programs.js');
  const { probeInterface } = await environment.loadAddon();
  const named = args.interfaces ?? [];
  const probes =
    named.length > 0
      ? named.map(probeInterface)
      : interfaceNames()
          .map(probeInterface)
          .filter(({ ethernet, loopback }) => ethernet && !loopback);
  const together = probes.length > 1 ? [diagnoseTogether(probes)] : [];
  const network = readNetworkDevices();
  const { machineHead } = await import('../machine-answers.js');
  const report: DoctorAnswer = {
    ...machineHead(),
    host: [
      ...diagnoseHost(hostFacts()),
      ...diagnosePrograms(ptpPrograms()),
      ...diagnoseObstacles(network),
      ...together,
    ],
    interfaces: probes.map((probe) => ({
      probe,
      device: network.devices.get(probe.interface) ?? null,
      findings: [
        ...diagnoseInterface(probe, bridgeOf(probe.interface)),
        ...diagnoseDevice(probe.interface, network),
      ],
    })),
  };
  environment.print(args.json ? JSON.stringify(report, null, 2) : formatReport(report));
  const findings = [...report.host, ...report.interfaces.flatMap(({ findings }) => findings)];
  if (findings.some(({ level }) => level === 'problem')) throw new CommandError('', exitFailure);
}

function formatReport({ host, interfaces }: Pick<DoctorAnswer, 'host' | 'interfaces'>): string {
  const sections = [
    ['this machine', ...host.map(formatFinding)],
    ...interfaces.map(({ probe, findings }) => [
      [probe.interface, probe.mac, probe.driver].filter((part) => part !== '').join('  '),
      ...findings.map(formatFinding),
    ]),
  ];
  return sections.map((lines) => lines.join('\n')).join('\n\n');
}

function formatFinding({ level, text, remedy }: Finding): string {
  return `  ${level.padEnd(7)}  ${text}${remedy === undefined ? '' : `: ${remedy}`}`;
}
