import { PassThrough } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { comparison } from '../../examples/summarise/comparison.ts';
import { Progress } from '../../examples/summarise/progress.ts';
import { bareStanding, standing } from '../../examples/summarise/standing.ts';
import { columnsOf, entry } from '../../examples/summarise/terminal.ts';

/** A terminal of that width, and what was written to it. */
function terminal(columns: number): { out: WriteStream; written: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns });
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  return { out: stream as unknown as WriteStream, written: () => text };
}

describe('on a terminal that reports 0 columns', () => {
  it('takes 80', () => {
    expect([columnsOf({ columns: 0 }), columnsOf({ columns: 120 })]).toEqual([80, 120]);
  });

  it('breaks no line after each word', () => {
    const { out } = terminal(0);
    expect(entry('a.md', 'three short words', out)).toMatch(/\n {2}three short words\n$/);
  });
});

describe('progress on a terminal', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());

  it('draws its lines, cut to the width, over those before', () => {
    const { out, written } = terminal(6);
    const progress = new Progress(() => ['one line', 'two'], out);
    vi.advanceTimersByTime(200);
    progress.above(() => out.write('said\n'));
    progress.stop();
    vi.advanceTimersByTime(1000);
    const drawn = 'one l\ntwo';
    const cleared = '\r\x1b[K\x1b[A\r\x1b[K';
    expect(written()).toBe(`${drawn}${cleared}${drawn}${cleared}said\n${drawn}${cleared}`);
  });
});

describe('the lines', () => {
  const tally = { total: 32, done: 16, failed: 8 };

  it('show what bare clients have lost', () => {
    const line = '██████×××░░░ 16/32 done · 8 lost · 41 × 429';
    expect(bareStanding(tally, 41, false)).toBe(line);
    expect(bareStanding(tally, 41, true)).toBe(`${line} · over`);
  });

  it('show limited clients with no lanes yet', () => {
    expect(standing({ total: 4, done: 0, failed: 0 }, [])).toBe(
      '░░░░░░░░░░░░ 0/4 done · 0 lost · 0 × 429 · 0 waiting · ETA 0 s',
    );
  });
});

describe('the comparison', () => {
  const outcome = (done: number, refused: number, ms: number) => {
    return { tally: { total: 54, done, failed: 54 - done }, refused, ms };
  };

  it('says what was saved', () => {
    expect(comparison(outcome(30, 71, 4100), outcome(54, 0, 11_900))).toBe(
      [
        'the same work      done  lost  429s    time',
        'bare clients         30    24    71   4.1 s',
        'with llm-headroom    54     0     0  11.9 s',
        '',
        'Saved: 24 calls that the bare clients lost, and 71 refusals.',
      ].join('\n'),
    );
  });

  it('claims nothing where the limits were not met', () => {
    expect(comparison(outcome(54, 0, 900), outcome(54, 0, 900))).toMatch(/nothing to save\.$/);
  });
});
