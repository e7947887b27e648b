import { describe, expect, it } from 'vitest';
import { Gate } from '../../src/gate/gate.ts';
import { Meter } from '../../src/gate/meter.ts';

const SECOND = 1000;

/** Ten tokens a second, of which a hundred may go at once. */
function emptied(): Gate {
  const limit = { dimension: 'tokens', max: 600, windowMs: 60_000, source: 'given' } as const;
  const shape = { enforcement: 'bucket', burstSeconds: 10 } as const;
  const options = { shape, headroom: 0, correction: 'settled' } as const;
  const gate = new Gate([limit], (each) => new Meter(each, options, 0));
  gate.take({ tokens: 100 }, 0);
  return gate;
}

describe('a call behind one that waits', () => {
  const head = { cost: { tokens: 100 }, by: 12 * SECOND };

  it('goes where there is room, as long as the first can go by its time', () => {
    const gate = emptied();
    const behind = { tokens: 10 };
    expect(gate.takeBehind(behind, head, SECOND).waitMs).toBe(0);
    expect(gate.takeBehind(behind, head, SECOND).waitMs).toBe(SECOND);
    expect(gate.takeBehind(behind, head, 2 * SECOND).waitMs).toBe(0);
    // A third would make it wait until the thirteenth second, though there is room for it.
    expect(gate.takeBehind(behind, head, 3 * SECOND)).toEqual(
      expect.objectContaining({ waitMs: Number.POSITIVE_INFINITY, dimension: 'tokens' }),
    );
    expect(gate.takeAsHead(head.cost, 12 * SECOND).waitMs).toBe(0);
  });

  it('goes where the first one is none the later for it', () => {
    const gate = emptied();
    expect(gate.takeBehind({ outputTokens: 1000 }, { ...head, by: 10 * SECOND }, SECOND)).toEqual(
      expect.objectContaining({ waitMs: 0 }),
    );
  });
});
