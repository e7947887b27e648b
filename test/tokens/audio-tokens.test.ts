import { expect, test } from 'vitest';
import { audioTokens } from '../../src/tokens/audio-tokens.ts';

/** The head of a WAV file, and as many bytes as are asked for. */
function wav(bytesPerSecond: number, bytes: number): string {
  const file = Buffer.alloc(bytes);
  file.write('RIFF', 0, 'ascii');
  file.write('WAVEfmt ', 8, 'ascii');
  file.writeUInt32LE(bytesPerSecond, 28);
  return file.toString('base64');
}

test.each([
  ['a WAV file of ten seconds', wav(48_000, 480_000), 100],
  ['another rate', wav(16_000, 480_000), 300],
  ['a file that gives no rate', wav(0, 480_000), 300],
  ['another format', 'A'.repeat(640_000), 300],
  ['no data', '', 600],
  ['what is no base64', '???', 1],
])('%s', (_what, data, tokens) => {
  expect(audioTokens(data)).toBe(tokens);
});
