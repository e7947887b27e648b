import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../node_modules');

/** The kinds of text that counting is measured and taught with. */
export type Corpus =
  | 'prose'
  | 'code'
  | 'JSON'
  | 'Chinese'
  | 'Japanese'
  | 'Korean'
  | 'Russian'
  | 'emoji'
  | 'base64';

/**
 * Texts of about a megabyte, from what installed packages ship: the comments and the code of
 * declarations and sources, their JSON, TypeScript's messages in other languages (or, where that
 * isn't installed, names of countries and languages from ICU). Emoji and base64 are generated.
 */
export function corpora(): Readonly<Record<Corpus, string>> {
  return {
    prose: prose(),
    code: files('openai/src/**/*.ts').join('\n'),
    JSON: files('{*,@*/*}/package.json', 'emojilib/dist/*.json', 'zod/**/package.json').join('\n'),
    Chinese: messages('zh-cn'),
    Japanese: messages('ja'),
    Korean: messages('ko'),
    Russian: messages('ru'),
    emoji: emoji(),
    base64: base64(),
  };
}

/** What comments say, without their stars and examples. */
function prose(): string {
  const declarations = files('@types/node/**/*.d.ts').join('\n');
  return (declarations.match(/\/\*\*.*?\*\//gs) ?? [])
    .join('\n')
    .replace(/```.*?```/gs, '')
    .replace(/^[\s/]*\*+[ /]?/gm, '');
}

function files(...patterns: readonly string[]): string[] {
  return patterns
    .flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
    .sort()
    .map((path) => readFileSync(join(ROOT, path), 'utf8'));
}

const MESSAGES = '{,@arethetypeswrong/core/node_modules/,*/node_modules/}typescript/lib';

function messages(language: string): string {
  const [found] = files(`${MESSAGES}/${language}/diagnosticMessages.generated.json`);
  if (found !== undefined) return Object.values<string>(JSON.parse(found)).join('\n').repeat(3);
  return repeated(names(language).join(', '), 300_000);
}

function names(language: string): string[] {
  const regions = new Intl.DisplayNames(language, { type: 'region' });
  const languages = new Intl.DisplayNames(language, { type: 'language' });
  const codes = [...LETTERS].flatMap((one) => [...LETTERS].map((other) => one + other));
  return codes.flatMap((code) => [regions.of(code) ?? '', languages.of(code.toLowerCase()) ?? '']);
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Pictures of all planes, with the words that one would use them beside. */
function emoji(): string {
  const pictures = Array.from({ length: 0x1f6ff - 0x1f300 }, (_, index) =>
    String.fromCodePoint(0x1f300 + index),
  );
  return repeated(pictures.map((one, index) => (index % 3 ? one : `${one} ok `)).join(''), 400_000);
}

/** Bytes without a pattern (a linear congruential generator), as one line. */
function base64(): string {
  let state = 1;
  const bytes = Uint8Array.from({ length: 750_000 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state >>> 24;
  });
  return Buffer.from(bytes).toString('base64');
}

function repeated(text: string, length: number): string {
  return text.repeat(Math.ceil(length / text.length)).slice(0, length);
}
