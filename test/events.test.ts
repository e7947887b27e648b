import { describe, expect, it } from 'vitest';
import type { LimitsEvent } from '../src/events.ts';
import { GuardedEmitter } from '../src/guarded-emitter.ts';

const EVENT: LimitsEvent = {
  lane: 'l',
  model: 'm',
  limits: [],
  concurrency: 1,
  lowered: [],
  othersShare: 0,
};

describe('the guarded emitter', () => {
  it.each(['on', 'once', 'addListener'] as const)(
    'refuses an event that there is none of: %s',
    (add) => {
      const emitter = new GuardedEmitter();
      const wrong = (name: string) => () => emitter[add](name as 'paused', () => {});
      expect(wrong('throtled')).toThrow(
        /^Unknown event 'throtled'; known are throttled, .*, degraded; did you mean 'throttled'\?$/,
      );
      expect(() => emitter[add]('paused', undefined as never)).toThrow(
        'Expected `listener` to be a function, got `undefined`',
      );
      expect(wrong('toString')).toThrow(/^Unknown event 'toString'; known are .*, degraded$/);
      expect(emitter.eventNames()).toEqual([]);
    },
  );

  it('keeps a listener that throws or rejects from harming the emitter or other listeners', async () => {
    const emitter = new GuardedEmitter();
    const seen: string[] = [];
    emitter.on('limits', () => {
      throw new Error('thrown by a listener');
    });
    emitter.on('limits', (async () => {
      throw new Error('rejected by a listener');
    }) as () => void);
    emitter.on('limits', ({ model }) => seen.push(model));
    expect(emitter.emit('limits', EVENT)).toBe(true);
    // An unhandled rejection would fail the test run.
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(seen).toEqual(['m']);
  });

  it('removes listeners by the function that was given', () => {
    const emitter = new GuardedEmitter();
    let calls = 0;
    const listener = (): void => void calls++;
    emitter.on('limits', listener);
    emitter.emit('limits', EVENT);
    emitter.off('limits', listener);
    emitter.emit('limits', EVENT);
    emitter
      .addListener('limits', listener)
      .removeListener('limits', listener)
      .emit('limits', EVENT);
    expect(calls).toBe(1);
  });

  it('calls a listener once where it was added with once', () => {
    const emitter = new GuardedEmitter();
    let calls = 0;
    emitter.once('limits', () => void calls++);
    emitter.emit('limits', EVENT);
    emitter.emit('limits', EVENT);
    expect(calls).toBe(1);
  });

  it('calls a listener with its context', () => {
    const emitter = new GuardedEmitter();
    const context = { models: [] as string[] };
    emitter.on(
      'limits',
      function (this: typeof context, { model }: LimitsEvent) {
        this.models.push(model);
      },
      context,
    );
    emitter.emit('limits', EVENT);
    expect(context.models).toEqual(['m']);
  });
});
