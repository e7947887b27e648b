import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

/** As wide as the terminal says; some say 0. */
export function columnsOf({ columns }: Pick<WriteStream, 'columns'>): number {
  return columns > 0 ? columns : 80;
}

/** `name: text` in a line of its own; on a terminal broken between words. */
export function entry(name: string, text: string, out: WriteStream): string {
  if (!out.isTTY) return `${name}: ${text}\n`;
  return `${styleText('bold', name)}\n${wrapped(text, columnsOf(out) - 2)}\n`;
}

function wrapped(text: string, width: number): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => `  ${line}`).join('\n');
}
