/** Checks, a line each: what fails first. What is well of several ports or clocks is one line. */
import type { Health } from '../../observe/health.js';
import type { CheckName, HealthCheck } from '../../observe/health/check.js';

const words = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL' } as const;

export function formatHealth({ checks }: Health): string {
  const wrong = (['fail', 'warn'] as const).flatMap((wanted) =>
    checks.filter(({ level }) => level === wanted),
  );
  const well = new Map<CheckName, HealthCheck[]>();
  for (const check of checks.filter(({ level }) => level === 'ok')) {
    well.set(check.check, [...(well.get(check.check) ?? []), check]);
  }
  const width = Math.max(...checks.map(({ check }) => check.length));
  const lines = [
    ...wrong.flatMap((check) => wrongLines(check, width)),
    ...[...well].map(([name, all]) => `${words.ok}  ${name.padEnd(width)}  ${wellText(all)}`),
  ];
  return lines.join('\n');
}

function wrongLines(check: HealthCheck, width: number): string[] {
  const { level, check: name, value, threshold, remedy } = check;
  const limit = threshold === null ? '' : ` (threshold: ${threshold})`;
  const line = `${words[level]}  ${name.padEnd(width)}  ${subjectOf(check)}${value}${limit}`;
  return remedy === null ? [line] : [line, `${' '.repeat(width + 8)}-> ${remedy}`];
}

function subjectOf({ interface: name, instance }: HealthCheck): string {
  const subject = [instance, name].filter((it) => it !== null).join(': ');
  return subject === '' ? '' : `${subject}: `;
}

/** Of one its value; of several who they are and what all of them keep to. */
function wellText(checks: readonly HealthCheck[]): string {
  const [first] = checks;
  if (first === undefined) return '';
  const threshold = first.threshold === null ? '' : ` (threshold: ${first.threshold})`;
  if (checks.length === 1) return `${subjectOf(first)}${first.value}${threshold}`;
  const isSame = checks.every(({ value }) => value === first.value);
  const subjects = `${checks.length} ${first.interface === null ? 'clocks' : 'ports'}`;
  return `${subjects}${isSame ? `: ${first.value}` : ''}${threshold}`;
}
