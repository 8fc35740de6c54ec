/** ptp-switch(1), made from what the commands say of themselves, in the macros of man(7). */
import type { DescribedCommand, DescribedOption } from '../described-commands.js';

/** In a comment of the page, by which a file is recognised as one that may be replaced and removed. */
export const manPageMarker = '.\\" Written by ptp-switch man-page';

export function manPage(commands: readonly DescribedCommand[], version: string): string {
  const lines = [
    manPageMarker,
    `.TH PTP\\-SWITCH 1 "" ${quoted(`ptp-switch ${version}`)} "User Commands"`,
    '.SH NAME',
    'ptp\\-switch \\- a PTP\\-aware switch between the ports of this machine',
    '.SH SYNOPSIS',
    '.B ptp\\-switch',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    ...paragraph(
      'ptp-switch forwards the messages of the Precision Time Protocol (IEEE 1588) between ports and corrects them as a transparent clock, or follows a grandmaster and hands its time on as a boundary or ordinary clock.',
    ),
    ...paragraph(
      'The commands that ask a running switch do so over its control socket. -j or --json prints what scripts may rely on.',
    ),
    '.SH COMMANDS',
    ...commands.flatMap(commandLines),
    '.SH "EXIT STATUS"',
    ...item('0', 'Done.'),
    ...item('1', 'A failure.'),
    ...item('2', 'Wrong usage or configuration.'),
    '.SH ENVIRONMENT',
    ...item(
      'NO_COLOR',
      'Not empty: states are not coloured. They never are where the output is no terminal.',
    ),
    '.SH FILES',
    ...item('/run/ptp-switch.sock', 'The control socket, unless --socket says another.'),
    '.SH "SEE ALSO"',
    '.BR systemd.service (5),',
    '.BR ethtool (8),',
    '.BR bridge (8)',
  ];
  return `${lines.join('\n')}\n`;
}

function commandLines(command: DescribedCommand): string[] {
  const { usage, description, positionals, options, examples } = command;
  return [
    `.SS ${quoted(usage)}`,
    ...paragraph(sentence(description)),
    ...positionals.flatMap((it) => item(it.name, describedWords(it), 'I')),
    ...options.flatMap((option) => item(optionUsage(option), describedWords(option))),
    ...(examples.length === 0 ? [] : ['.PP', 'Examples:']),
    ...examples.flatMap(({ command: text, description: words }) =>
      item(text.replaceAll('$0', 'ptp-switch'), sentence(words)),
    ),
  ];
}

/** "-w, --watch [WATCH]" */
function optionUsage({ name, alias, type, isOptionalValue }: DescribedOption): string {
  const names = [...(alias === undefined ? [] : [`-${alias}`]), `--${name}`].join(', ');
  if (type === 'boolean') return names;
  const value = name.toUpperCase();
  return `${names} ${isOptionalValue ? `[${value}]` : value}`;
}

function describedWords({ description, choices, defaultValue }: DescribedOption): string {
  return [
    sentence(description),
    ...(choices.length === 0 ? [] : [`One of ${choices.join(', ')}.`]),
    ...(defaultValue === undefined ? [] : [`Unless given: ${defaultValue}.`]),
  ].join(' ');
}

function sentence(text: string): string {
  if (text === '') return '';
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');
}

function item(tag: string, text: string, font: 'B' | 'I' = 'B'): string[] {
  return ['.TP', `.${font} ${quoted(tag)}`, ...(text.trim() === '' ? ['\\&'] : [escaped(text)])];
}

function paragraph(text: string): string[] {
  return ['.PP', escaped(text)];
}

/** An argument of a macro: one, whatever it holds. */
function quoted(text: string): string {
  return `"${escaped(text).replaceAll('"', '\\(dq')}"`;
}

/** groff_char(7): what roff would take for something else; hyphens of commands can be copied. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\(rs')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replace(/^\./, '\\&.');
}
