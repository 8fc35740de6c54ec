/** What the pages say of the project's own files: links lead somewhere, named files exist, figures are cited. */
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesBelow, read, root } from './support/project-files.js';

/** Result files of the bench are records, not pages: nothing in them is a link. */
const pages = filesBelow('.', /\.md$/).filter((file) => !file.startsWith('bench/results/'));

/** Pages that tell how things were at their time may name files that are no more. */
const history = /^(CHANGELOG\.md|docs\/decisions\/)/;

const files = filesBelow('.', /./);

describe('pages', () => {
  test('every relative link leads to a file, and to a heading of it where it names one', () => {
    expect(pages.flatMap((page) => deadLinks(page, read(page)))).toEqual([]);
  });

  test('every file or folder of the project that a page names exists', () => {
    const current = pages.filter((page) => !history.test(page));
    expect(current.flatMap((page) => unknownFiles(page, read(page)))).toEqual([]);
  });

  test('every result file of the bench is cited by a page: what nobody cites is not kept', () => {
    const text = pages.map(read).join('\n');
    const results = filesBelow('bench/results', /./);
    const uncited = results.filter((file) => !text.includes(resultName(file)));
    expect(uncited).toEqual([]);
  });

  test('a dead link is found, in text and in an image; one in code is not a link', () => {
    const text =
      '# A heading, `code` too\n[a](a.md) ![b](../b.svg "B") `[c](c.md)`\n```\n[d](d.md)\n```';
    expect(deadLinks('docs/page.md', text)).toEqual([
      'docs/page.md: a.md',
      'docs/page.md: ../b.svg',
    ]);
    const anchors = '# A heading, `code` too\n[ok](#a-heading-code-too) [not](#a-heading)';
    expect(deadLinks('README.md', anchors)).toEqual(['README.md: #a-heading']);
    expect(deadLinks('docs/page.md', '[web](https://example.com/a.md)')).toEqual([]);
  });

  test('a file that does not exist is found, by its path and by its name alone', () => {
    const text =
      '`src/nowhere/` `test/tidy.test.ts` `nowhere.ts` `tidy.test.ts` `src/core` `eth1.ts:3`';
    expect(unknownFiles('README.md', text)).toEqual([
      'README.md: src/nowhere/',
      'README.md: nowhere.ts',
      'README.md: eth1.ts:3',
    ]);
  });
});

/** Date, time and commit: both forms of a result, the JSON and the page, go by one citation. */
function resultName(file: string): string {
  return file.replace(/^bench\/results\//, '').replace(/\.(json|md)$/, '');
}

function deadLinks(page: string, markdown: string): string[] {
  const text = withoutFences(markdown).replace(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(\s*([^)\s]+)[^)]*\)|\b(?:src|srcset|href)="([^"]+)"/g)]
    .map((match) => match[1] ?? match[2] ?? '')
    .filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(page, markdown, target))
    .map((target) => `${page}: ${target}`);
}

function leadsSomewhere(page: string, markdown: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : normalize(join(dirname(page), path));
  if (path !== '' && !existsSync(join(root, file))) return false;
  if (anchor === undefined) return true;
  return anchorsOf(path === '' ? markdown : read(file)).has(anchor);
}

/** As GitHub names the headings of a page; a heading that comes again gets a number. */
function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutFences(markdown).matchAll(/^#{1,6}\s+(.+)$/gm)) {
    const name = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    let unique = name;
    for (let count = 1; anchors.has(unique); count += 1) unique = `${name}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

/** In backticks: a path from the project's root, or the end of the path of a source file ("port/receiving/receiver.ts"). */
function unknownFiles(page: string, markdown: string): string[] {
  return [...withoutFences(markdown).matchAll(/`([^`\n]+)`/g)]
    .map((match) => match[1] ?? '')
    .filter((name) => {
      const path = /^(\.?\/)?((src|addon|test|docs|scripts|bench|config)\/[^\s*<>{}]*)$/.exec(
        name,
      )?.[2];
      if (path !== undefined) return !existsSync(join(root, path)) && !isDecision(path);
      const source = /^[\w./-]+\.(ts|mjs|cc|h)(:\d+)?$/.test(name);
      return source && !files.some((file) => file === name || file.endsWith(`/${name}`));
    })
    .map((name) => `${page}: ${name}`);
}

/** A decision may be named by its number: "docs/decisions/0011". */
function isDecision(path: string): boolean {
  return /\/\d{4}$/.test(path) && files.some((file) => file.startsWith(`${path}-`));
}

function withoutFences(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```/gm, '');
}
