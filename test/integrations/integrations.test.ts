import { afterEach, describe, expect, it } from 'vitest';
import { quarterOfCharacters } from '../../src/testing/prompt.ts';
import { NOTHING, outcome, refused, underWay } from '../sdk/bench.ts';
import type { Fetch } from '../sdk/sdks.ts';
import { aiAnthropic, aiBedrock, aiChat, aiGateway, aiGoogle, aiResponses } from './ai-sdk.ts';
import { bedrock, limitedBedrock } from './bedrock.ts';
import { integrated } from './bench.ts';
import { agents, chatAnthropic, instructor, langgraph, llamaindex, mastra } from './frameworks.ts';
import { TEXT } from './integration.ts';
import { IntegrationTable } from './integration-table.ts';
import { cohere, cohereV1, genai, langchain, mistral } from './others.ts';
import { type GivingUp, givenUp, textOf } from './reading.ts';
import { anthropicSdk, limitedAnthropic, openaiSdk, plainFetch } from './sdks.ts';
import { cerebras, groq, limitedOpenAI, together } from './shaped.ts';

const INTEGRATIONS = [
  limitedOpenAI,
  limitedAnthropic,
  groq,
  together,
  cerebras,
  plainFetch,
  openaiSdk,
  anthropicSdk,
  aiResponses,
  aiChat,
  aiAnthropic,
  aiGoogle,
  aiBedrock,
  aiGateway,
  langchain,
  chatAnthropic,
  langgraph,
  agents,
  llamaindex,
  mastra,
  instructor,
  genai,
  mistral,
  cohere,
  cohereV1,
  limitedBedrock,
  bedrock,
];

const MUCH = { usdPerDay: 1_000_000 };
/** A dollar for each token of output, nothing for input. */
const OUTPUT = { '*': { input: 0, output: 1_000_000 } };
/** A dollar for each token of input, three for one of output. */
const BOTH = { '*': { input: 1_000_000, output: 3_000_000 } };

const table = new IntegrationTable(INTEGRATIONS);
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()));
});

const start: typeof integrated = async (...given) => {
  const made = await integrated(...given);
  opened.push(made.listening);
  return made;
};

describe.each(INTEGRATIONS)('$name', (integration) => {
  const { name } = integration;

  it('keeps to the limits', async () => {
    const limits = { rpm: 5 };
    const { clock, simulator, limiter, client } = await start(integration, { limits }, { limits });
    const answers = await clock.run(Promise.all(Array.from({ length: 12 }, () => client.ask())));
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set([TEXT]));
    expect(simulator.log.map(({ status }) => status)).toEqual(Array(12).fill(200));
    expect(clock.now()).toBeGreaterThan(60_000);
    expect(underWay(limiter)).toEqual(NOTHING);
    table.add(name, 'limits');
  });

  it('is answered after a 429', async () => {
    let requests = 0;
    const once = (fetch: Fetch): Fetch => {
      const refusal = refused({ 'retry-after': '7' });
      return async (...given) => (++requests === 1 ? refusal() : fetch(...given));
    };
    const { clock, simulator, client, limiter } = await start(integration, {}, {}, once);
    expect((await clock.run(client.ask())).text).toBe(TEXT);
    expect(simulator.log.map(({ time }) => time >= 7000)).toEqual([true]);
    expect(requests).toBe(2);
    expect(underWay(limiter)).toEqual(NOTHING);
    table.add(name, 'refused');
  });

  it('has its streams settled with their usage', async () => {
    const { clock, simulator, client, limiter, told } = await start(integration);
    expect(await clock.run(textOf(client.stream()))).toBe(TEXT);
    const [{ inputTokens, outputTokens } = { inputTokens: 0, outputTokens: 0 }] = simulator.log;
    expect(told).toMatchObject([{ inputTokens, outputTokens }]);
    expect(underWay(limiter)).toEqual(NOTHING);
    table.add(name, 'stream');
  });

  it.skipIf(integration.cannotAbort)(
    'gives its place back when it is aborted in line',
    async () => {
      const limits = { rpm: 1 };
      const { clock, simulator, client, limiter } = await start(integration, {
        limits,
        headroom: 0,
      });
      await clock.run(client.ask());
      const abort = new AbortController();
      clock.setTimeout(() => abort.abort(), 5000);
      const [how] = await clock.run(outcome(client.ask(abort.signal)));
      expect([how, simulator.log.length]).toEqual(['failed', 1]);
      expect(clock.now()).toBeLessThan(10_000);
      expect(underWay(limiter)).toEqual(NOTHING);
      table.add(name, 'abort');
    },
  );

  it('counts what came of a stream that was given up, and gives its place back', async () => {
    if (!integration.cannotAbort) await giveUp('signal');
    await giveUp('break');
    table.add(name, 'givenUp');
  });

  async function giveUp(by: GivingUp): Promise<void> {
    const { clock, simulator, client, limiter } = await start(
      integration,
      { budget: MUCH, prices: OUTPUT, concurrency: 1 },
      { latency: { firstByteMs: 100, perTokenMs: 100 } },
    );
    const read = await clock.run(givenUp(client, by));
    await clock.runUntilIdle();
    const isStopped = by === 'signal' || integration.afterBreak === undefined;
    expect(simulator.log.map(({ end }) => end)).toEqual([isStopped ? 'aborted' : 'complete']);
    expect(underWay(limiter)).toEqual(NOTHING);
    const [{ spentUsd } = { spentUsd: 0 }] = limiter.spending();
    expect(spentUsd).toBeGreaterThanOrEqual(quarterOfCharacters(read));
    expect(spentUsd).toBeLessThanOrEqual(simulator.stats().outputTokens);
    expect((await clock.run(client.ask())).text).toBe(TEXT);
  }

  it('spends what its tokens cost', async () => {
    const { clock, simulator, client, limiter } = await start(integration, {
      budget: MUCH,
      prices: BOTH,
    });
    await clock.run(client.ask());
    const [{ inputTokens, outputTokens } = { inputTokens: 0, outputTokens: 0 }] = simulator.log;
    const spentUsd = inputTokens + 3 * outputTokens;
    expect(limiter.spending()).toMatchObject([{ spentUsd, reservedUsd: 0 }]);
    table.add(name, 'spend');
  });

  it('is told the usage that the limiter counts', async () => {
    const { clock, simulator, client, told } = await start(integration);
    const { inputTokens, outputTokens } = await clock.run(client.ask());
    expect(told).toMatchObject([{ inputTokens, outputTokens }]);
    expect(simulator.log).toMatchObject([{ inputTokens, outputTokens }]);
    table.add(name, 'usage');
  });
});

it('is documented', async ({ skip }) => {
  skip(!table.isWhole, 'a run of some of the tests alone has no table to compare');
  await expect(table.text).toMatchFileSnapshot('../../docs/integrations.md');
});
