/** docs/error-codes.md lists the stable codes of the data plane: every one that a source file throws, and no other. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

function codesIn(text: string): string[] {
  return text.match(/\bERR_[A-Z_]+\b/g) ?? [];
}

test('every error code has its line in docs/error-codes.md, with a remedy', () => {
  const files = execFileSync('git', ['ls-files', 'addon/io', 'addon/node', 'src'], {
    cwd: root,
    encoding: 'utf8',
  });
  const thrown = files
    .trim()
    .split('\n')
    .flatMap((file) => codesIn(readFileSync(`${root}/${file}`, 'utf8')));
  const page = readFileSync(`${root}/docs/error-codes.md`, 'utf8');
  const listed = [...page.matchAll(/^\| `(ERR_[A-Z_]+)` \| .+ \| .+ \|$/gm)].map(
    ([, code]) => code,
  );
  expect(listed.toSorted()).toEqual([...new Set(thrown)].toSorted());
});
