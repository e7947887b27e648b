import { expect, it } from 'vitest';
import { reasonsAgainst, type Tree } from '../../scripts/publishable.ts';

const TREE: Tree = {
  ...{ version: '1.2.3', codeVersion: '1.2.3', tags: ['v1.2.3'], status: '' },
  repository: { url: 'git+https://git.example/ours.git' },
  changelog: '# Changelog\n\n## Unreleased\n\n## 1.2.3 (2026-11-30)\n\n- All of it.\n',
};

it('a tagged commit with its changes listed may be published', () => {
  expect(reasonsAgainst(TREE)).toEqual([]);
  expect(reasonsAgainst({ ...TREE, repository: 'github:we/ours' })).toEqual([]);
  const changelog = TREE.changelog.replace('## Unreleased\n\n', '');
  expect(reasonsAgainst({ ...TREE, changelog })).toEqual([]);
});

it.each<[string, Partial<Tree>]>([
  ['repository', { repository: undefined }],
  ['repository', { repository: {} }],
  ['src/version.ts', { codeVersion: '1.2.2' }],
  ['heading', { changelog: '## 1.2.2 (2026-11-30)\n' }],
  ['a date', { changelog: '## 1.2.3\n' }],
  ['Unreleased', { changelog: TREE.changelog.replace('Unreleased\n', 'Unreleased\n\n- More.\n') }],
  ['Unreleased', { changelog: '## 1.2.3 (2026-11-30)\n\n## Unreleased\n\n- The last.\n' }],
  ['tag', { tags: ['v1.2.2', ''] }],
  ['committed', { status: ' M README.md' }],
])('else it may not, and the reason is told: %s', (words, differs) => {
  const reasons = reasonsAgainst({ ...TREE, ...differs });
  expect(reasons).toHaveLength(1);
  expect(reasons[0]).toContain(words);
});
