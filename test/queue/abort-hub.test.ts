import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { AbortHub } from '../../src/queue/abort-hub.ts';

describe('an abort hub', () => {
  it('has one listener on a signal, however many calls wait with it, and none when they have gone', () => {
    const hub = new AbortHub();
    const { signal } = new AbortController();
    const stops = Array.from({ length: 1000 }, () => hub.listen(signal, () => {}));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    for (const stop of stops) stop();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('tells all that still listen, once', () => {
    const hub = new AbortHub();
    const controller = new AbortController();
    const told: string[] = [];
    hub.listen(controller.signal, () => told.push('one'));
    const stop = hub.listen(controller.signal, () => told.push('two'));
    hub.listen(controller.signal, () => told.push('three'));
    stop();
    stop();
    controller.abort();
    controller.abort();
    expect(told).toEqual(['one', 'three']);
  });

  it('ends a race with the signal’s reason, and leaves nothing behind either way', async () => {
    const hub = new AbortHub();
    const controller = new AbortController();
    const { signal } = controller;
    expect(await hub.race(async () => 'done', signal)).toBe('done');
    expect(await hub.race(async () => 'done', undefined)).toBe('done');
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    const race = hub.race(() => new Promise<never>(() => {}), signal);
    controller.abort('enough');
    await expect(race).rejects.toBe('enough');
    await expect(hub.race(async () => 'done', signal)).rejects.toBe('enough');
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
