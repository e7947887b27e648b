/**
 * Runs before `npm publish`, and fails with all reasons why this tree must not be published: without
 * `repository` the package page could show none of the README's links and pictures, which are
 * relative to it, and no provenance.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '../src/version.ts';

/** What of the tree decides. */
export interface Tree {
  readonly version: string;
  readonly repository?: string | { readonly url?: string } | undefined;
  /** `VERSION` of the code. */
  readonly codeVersion: string;
  readonly changelog: string;
  /** Tags of the commit. */
  readonly tags: readonly string[];
  /** What `git status` tells: nothing where all is committed. */
  readonly status: string;
}

/** The reasons why it must not be published: none where it may. */
export function reasonsAgainst(tree: Tree): string[] {
  const { version, codeVersion, changelog, tags, status } = tree;
  const { repository = '' } = tree;
  const url = typeof repository === 'string' ? repository : (repository.url ?? '');
  const sections = changelog.split(/^## /m);
  const unreleased = sections.find((section) => section.startsWith('Unreleased\n')) ?? '';
  const dated = sections.find((section) => section.startsWith(`${version} `)) ?? '';
  const all: [boolean, string][] = [
    [url !== '', "package.json has no `repository`: set the repository's address"],
    [codeVersion === version, `src/version.ts says ${codeVersion}, package.json ${version}`],
    [/^.*\d{4}-\d\d-\d\d/.test(dated), `CHANGELOG.md has no heading with ${version} and a date`],
    [
      unreleased.trim() === 'Unreleased' || unreleased === '',
      'CHANGELOG.md has changes under "Unreleased"',
    ],
    [tags.includes(`v${version}`), `the commit has no tag v${version}`],
    [status === '', 'there are changes that are not committed'],
  ];
  return all.filter(([isFine]) => !isFine).map(([, reason]) => reason);
}

function presentTree(): Tree {
  const root = join(import.meta.dirname, '..');
  const text = (path: string): string => readFileSync(join(root, path), 'utf8');
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const { version, repository } = JSON.parse(text('package.json'));
  const tags = git('tag', '--points-at', 'HEAD').split('\n');
  const state = { changelog: text('CHANGELOG.md'), tags, status: git('status', '--porcelain') };
  return { version, repository, codeVersion: VERSION, ...state };
}

if (import.meta.main) {
  const reasons = reasonsAgainst(presentTree());
  for (const reason of reasons) console.error(`Not to be published: ${reason}.`);
  process.exitCode = reasons.length === 0 ? 0 : 1;
}
