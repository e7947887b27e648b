import { readdirSync, readFileSync } from 'node:fs';
import { createRandom } from '../src/testing/index.ts';

export interface Prompt {
  readonly text: string;
  readonly stream: boolean;
}

/** A word of English takes about this many characters of a text, its space included. */
const CHARACTERS_PER_TOKEN = 4;

/** Prose of any length: what the project's own sources say in their comments, over and over. */
const SOURCE = commentsIn(new URL('../src/', import.meta.url));

function commentsIn(folder: URL): string {
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  const lines = files.flatMap((name) => readFileSync(new URL(name, folder), 'utf8').split('\n'));
  return lines
    .flatMap((line) => /^\s*(?:\/\*)?\*+ (.*?)(?:\*\/)?$/.exec(line)?.[1] ?? [])
    .join(' ');
}

/**
 * `count` prompts whose lengths in tokens are log-normal (median 300, σ 0.8: of a hundred, one has
 * more than 1,900), every other one streamed. The same for the same seed.
 */
export function prompts(count: number, seed: number): Prompt[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const length = Math.ceil(300 * Math.exp(0.8 * normal)) * CHARACTERS_PER_TOKEN;
    const from = Math.floor(random() * SOURCE.length);
    const text = (SOURCE.slice(from) + SOURCE.repeat(Math.ceil(length / SOURCE.length))).slice(
      0,
      length,
    );
    return { text, stream: index % 2 === 1 };
  });
}
