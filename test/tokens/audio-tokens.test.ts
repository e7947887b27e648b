import { describe, expect, test } from 'vitest';
import { audioTokens } from '../../src/tokens/audio-tokens.ts';
import { Base64Bytes } from '../../src/tokens/base64-bytes.ts';
import { soundSeconds } from '../../src/tokens/sound-seconds.ts';

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

/** Ten tokens a second. */
describe('a sound says how long it is', () => {
  const tokens = (file: Buffer): number => {
    const seconds = soundSeconds(new Base64Bytes(file.toString('base64'), 0), file.length);
    return Math.ceil(10 * (seconds ?? file.length / 16_000));
  };
  const file = (
    length: number,
    ...parts: readonly (readonly [at: number, hex: string])[]
  ): Buffer => {
    const made = Buffer.alloc(length);
    for (const [at, hex] of parts) made.write(hex, at, 'hex');
    return made;
  };

  test('MP3: by the rate of its first frame, after a tag', () => {
    // MPEG 2, layer 3, 48 kbit/s, 24 kHz, mono.
    expect(tokens(file(33_000, [0, 'fff364c4']))).toBe(55);
    expect(tokens(file(33_000 + 138, [0, '49443304000000000100'], [138, 'fff364c4']))).toBe(55);
  });

  test('MP3: by the number of its frames', () => {
    const frames = '496e666f0000000100000017'; // Info: 23 of them
    expect(tokens(file(3500, [0, 'fff358c0'], [13, frames]))).toBe(9);
    expect(tokens(file(3500, [0, 'fffb90c0'], [21, frames]))).toBe(7);
  });

  test('AAC: by the length of its first frames', () => {
    const frames = Array.from(
      { length: 20 },
      (_, index) => [index * 200, 'fff16040190000'] as const,
    );
    expect(tokens(file(40_000, ...frames))).toBe(128);
  });

  test('FLAC and Ogg: by their samples', () => {
    expect(tokens(file(9000, [0, '664c6143'], [18, '03e800f000007d00']))).toBe(20);
    const last = '4f676753000400ee0200000000';
    expect(tokens(file(2800, [0, '4f67675300'], [29, '4f70'], [2500, last]))).toBe(40);
  });

  test('what is none of these is assumed to have 128 kbit/s', () => {
    for (const head of ['664c6143', '4f676753', 'ffff', 'fff0ff', 'fffb00', '494433']) {
      expect(tokens(file(159_999, [0, head]))).toBe(100);
    }
  });
});
