import { expect, test } from 'vitest';
import { Calibration } from '../../src/tokens/calibration/calibration.ts';
import { estimatedBy } from '../../src/tokens/calibration/call-estimate.ts';
import { CooperativeQueue } from '../../src/tokens/cooperative-queue.ts';
import { type EstimateRequest, Estimator } from '../../src/tokens/estimator.ts';
import type { Measurement } from '../../src/tokens/measurement.ts';
import { nextTurn } from '../../src/tokens/next-turn.ts';
import { provisionalEstimate } from '../../src/tokens/provisional-estimate.ts';
import { usageOf } from './calibration/simulated-model.ts';

const TEXT = 'Les élèves étaient très fatigués après leur longue journée à l’école. '.repeat(30);
const IMAGE = { type: 'image', source: { type: 'url', url: 'https://x.y/z.png' } };

/** One that has loaded nothing yet. */
const cold = (): Estimator =>
  new Estimator(new CooperativeQueue({ now: () => performance.now() }, nextTurn));

const request = (content: unknown): EstimateRequest => ({
  provider: 'anthropic',
  path: '/v1/messages',
  body: { model: 'claude-opus-5', messages: [{ role: 'user', content }] },
});

async function measured(estimator: Estimator, call: EstimateRequest): Promise<Measurement> {
  const found = await estimator.measure(call);
  if (found === undefined) throw new Error('the call has no tokens');
  return found;
}

/** Answers a call that was estimated with so many tokens, before there is a vocabulary. */
async function answered(
  calibration: Calibration,
  call: Measurement,
  inputTokens: number,
): Promise<void> {
  if (call.provisional === undefined) throw new Error('the call was not estimated');
  provisionalEstimate(calibration, call, call.provisional).learn(usageOf(inputTokens, 10));
}

/** Until nothing more is under way. */
async function settled(estimator: Estimator): Promise<void> {
  await estimator.warmUp('o200k_base');
  for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
}

test('responses that come before the vocabulary teach what counts are worth, as soon as it is there', async () => {
  const estimator = cold();
  const calibration = new Calibration();
  for (let response = 0; response < 20; response += 1) {
    await answered(calibration, await measured(estimator, request(TEXT)), 1207);
  }
  const estimated = await measured(estimator, request(TEXT));
  expect(estimated.provisional).toBeDefined();
  await settled(estimator);
  const counted = await measured(estimator, request(TEXT));
  expect(counted.provisional).toBeUndefined();
  expect(estimatedBy(calibration, counted).inputTokens / 1207).toBeCloseTo(1, 2);
});

test('no call is counted before those that were answered are', async () => {
  const estimator = cold();
  const calibration = new Calibration();
  for (let response = 0; response < 20; response += 1) {
    await answered(calibration, await measured(estimator, request(TEXT)), 1207);
  }
  let call = await measured(estimator, request(TEXT));
  while (call.provisional !== undefined) {
    await new Promise(setImmediate);
    call = await measured(estimator, request(TEXT));
  }
  expect(estimatedBy(calibration, call).inputTokens / 1207).toBeCloseTo(1, 2);
});

test('they also teach what estimates are worth, at once', async () => {
  const estimator = cold();
  const calibration = new Calibration();
  for (let response = 0; response < 20; response += 1) {
    await answered(calibration, await measured(estimator, request(TEXT)), 1207);
  }
  const call = await measured(estimator, request(TEXT));
  if (call.provisional === undefined) throw new Error('there is a vocabulary');
  const { inputTokens } = provisionalEstimate(calibration, call, call.provisional);
  expect(inputTokens / 1207).toBeCloseTo(1, 2);
});

test('their output is learned from once', async () => {
  const estimator = cold();
  const calibration = new Calibration();
  await answered(calibration, await measured(estimator, request(TEXT)), 1207);
  await settled(estimator);
  const outputs = Object.values(calibration.toJSON().outputs);
  expect(outputs).toEqual(outputs.map(() => [10]));
});

test('what is counted later is what was sent, though the conversation has gone on', async () => {
  const estimator = cold();
  const messages = [{ role: 'user', content: TEXT }];
  const body = { model: 'claude-opus-5', messages };
  const call = await measured(estimator, { ...request(''), body });
  messages.push({ role: 'assistant', content: TEXT });
  const recounted = await call.provisional?.recount();
  await settled(estimator);
  const counted = await measured(estimator, request(TEXT));
  expect(recounted?.tally).toEqual(counted.tally);
  expect(recounted?.isText).toBe(true);
});

test('a text is kept no longer than until it is counted', async () => {
  const call = await measured(cold(), request(TEXT));
  await call.provisional?.recount();
  expect(await call.provisional?.recount()).toBeUndefined();
});

test.each([
  ['with an image', [IMAGE, { type: 'text', text: TEXT }]],
  ['of more characters than are kept', TEXT.repeat(100)],
])('a call %s is not counted again', async (_what, content) => {
  const call = await measured(cold(), request(content));
  expect(await call.provisional?.recount()).toBeUndefined();
});

test('so many texts wait to be counted, and no more', async () => {
  const estimator = cold();
  const calls = await Promise.all(
    Array.from({ length: 30 }, () => measured(estimator, request(TEXT.repeat(40)))),
  );
  const counted = await Promise.all(calls.map((call) => call.provisional?.recount()));
  const kept = Math.floor(2_000_000 / (TEXT.length * 40));
  expect(counted.filter((call) => call !== undefined).length).toBe(kept);
});
