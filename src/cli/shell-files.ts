/** The files by which shells complete the program, and man has a page of it. */
import type { CommandModule } from 'yargs';
import type { ShellFile } from '../service/shell-files.js';
import { describedCommands } from './described-commands.js';
import { completionMarker, completionText } from './formats/completion.js';
import { manPage, manPageMarker } from './formats/man-page.js';

/** Where bash-completion, zsh and man look, below /usr/local/share. */
export function shellFiles(commands: readonly CommandModule[], version: string): ShellFile[] {
  return [
    {
      path: 'bash-completion/completions/ptp-switch',
      text: completionText('bash'),
      marker: completionMarker,
    },
    {
      path: 'zsh/site-functions/_ptp-switch',
      text: completionText('zsh'),
      marker: completionMarker,
    },
    {
      path: 'man/man1/ptp-switch.1',
      text: manPage(describedCommands(commands), version),
      marker: manPageMarker,
    },
  ];
}
