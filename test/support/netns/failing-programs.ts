/**
 * Programs that go before those of the machine on the PATH, and are those, but for one call among all of theirs: that one
 * fails, at once or after it has done its work.
 */

import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.js';

/** What a program says that may not do its work. */
export const COMPLAINT = 'Operation not permitted';

export type FailureManner = 'before its work' | 'after its work';

/** A call takes the first number that nobody has: a file is made once. */
const script = (program: string, calls: string) => `#!/bin/sh
set -C
number=1
while ! { true > "${calls}/$number"; } 2>/dev/null; do number=$((number + 1)); done
[ "$number" = "$FAILING_CALL" ] && [ ! -e "${calls}.over" ] || exec ${program} "$@"
[ "$FAILING_MANNER" = 'before its work' ] || ${program} "$@"
echo '${COMPLAINT}' >&2
exit 1
`;

export class FailingPrograms {
  readonly #directory: string;
  #runs = 0;
  readonly #programs: readonly string[];

  /** @param directory in which it makes one of its own */
  constructor(directory: string, ...programs: readonly string[]) {
    this.#directory = join(directory, 'failing-programs');
    this.#programs = programs;
    mkdirSync(this.#directory);
  }

  /** Begins a command line of a process whose calls of these programs are counted from 1. */
  through(failingCall: number, manner: FailureManner): readonly string[] {
    const place = join(this.#directory, String(++this.#runs));
    const calls = this.#calls();
    mkdirSync(place);
    mkdirSync(calls);
    for (const program of this.#programs) {
      const real = run('sh', ['-c', `command -v ${program}`]).trim();
      writeFileSync(join(place, program), script(real, calls));
      chmodSync(join(place, program), 0o755);
    }
    return [
      ...['env', `PATH=${place}:${process.env['PATH']}`],
      ...[`FAILING_CALL=${failingCall}`, `FAILING_MANNER=${manner}`],
    ];
  }

  /** No call fails from now on. */
  relent(): void {
    writeFileSync(`${this.#calls()}.over`, '');
  }

  /** How many calls there were of the latest process. */
  get calls(): number {
    return readdirSync(this.#calls()).length;
  }

  #calls(): string {
    return join(this.#directory, `${this.#runs}.calls`);
  }
}
