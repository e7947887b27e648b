import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { deadLinksIn } from '../../site/links.ts';
import { layPages } from '../../site/pages.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'pages-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

it('finds links to pages, files and headings that there are not', () => {
  const pages = folder();
  mkdirSync(join(pages, 'sub'));
  writeFileSync(join(pages, 'a.svg'), '');
  writeFileSync(
    join(pages, 'a.md'),
    [
      '# A & `b`: [c](./sub/b.md)',
      '## Again',
      '## Again',
      '```md\n# no\n[x](./none.md)\n```',
      'As in `[x](./none.md)`, [good](#a--b-c), [good](#again-1), [good](https://example.com/none)',
      '[good](./sub/b#b), [good](./sub/b.md), ![good](./a.svg), [good](/api/index#none)',
      '[dead](#no), [dead](#again-2), [dead](./sub/b#c), [dead](./sub/c.md), ![dead](./b.svg)',
    ].join('\n'),
  );
  writeFileSync(join(pages, 'sub/b.md'), '# B\n[good](../a.md#again) [dead](./a.md)');
  expect(deadLinksIn(pages).toSorted()).toEqual([
    'a.md: #again-2',
    'a.md: #no',
    'a.md: ./b.svg',
    'a.md: ./sub/b#c',
    'a.md: ./sub/c.md',
    'sub/b.md: ./a.md',
  ]);
});

it('finds none on the site', () => {
  const pages = folder();
  layPages(pages);
  expect(deadLinksIn(pages)).toEqual([]);
});
