import { describe, expect, it } from 'vitest';
import { film } from '../../scripts/demo/film.ts';
import { Screen } from '../../scripts/demo/screen.ts';

const textOf = (screen: Screen): string[] =>
  screen.lines().map((spans) => spans.map(({ text }) => text).join(''));

describe('the screen', () => {
  it('shows what is written over what was', () => {
    const screen = new Screen(4);
    screen.write('one\ntwo\r\x1b[K\x1b[A\r\x1b[Kthree\nfour');
    expect(textOf(screen)).toEqual(['three', 'four']);
    screen.write('\rf');
    expect(textOf(screen)).toEqual(['three', 'four']);
  });

  it('shows the last lines, with what is bold', () => {
    const screen = new Screen(2);
    screen.write('a\nb\n\x1b[1mname\x1b[22m: c');
    const spans = [
      { text: 'name', isBold: true },
      { text: ': c', isBold: false },
    ];
    expect(screen.lines()).toEqual([[{ text: 'b', isBold: false }], spans]);
  });
});

describe('the film', () => {
  const frame = (text: string) => [[{ text, isBold: false }]];
  const svg = film([frame('a < b'), frame('c'), frame('d')], {
    ...{ columns: 10, rows: 1, frameMs: 500, endMs: 1500 },
  });

  it('plays frame after frame, and then shows the last one', () => {
    expect(svg).toContain('animation: film 3s infinite');
    expect(svg).toContain('steps(2, end)');
    expect(svg).toContain('50.00%, 100% { transform: translateY(-102px) }');
    expect(svg).toContain('>a &lt; b</text>');
  });

  it('is light and dark, and still for who wants it so', () => {
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).toContain('prefers-reduced-motion: reduce');
  });
});
