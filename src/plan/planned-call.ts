import { EXPECTED_OUTPUT_TOKENS } from '../budget/budget.ts';
import { checkedCost } from '../checked-cost.ts';
import { writesText } from '../estimate/api.ts';
import type { Calibration, Estimated } from '../estimate/calibration/calibration.ts';
import { estimateCall } from '../estimate/estimate.ts';
import type { EstimateRequest } from '../estimate/estimator.ts';
import { expected, expectKnown, expectObject } from '../expect.ts';
import { type LaneKey, ownKey } from '../lane/lanes.ts';
import { amount, type Cost, type Dimension } from '../limits.ts';
import { hostnameOfPreset, hostOfPreset } from '../presets/host.ts';
import { costInUsd } from '../prices/cost-in-usd.ts';
import type { PriceTable } from '../prices/price.ts';
import { priceOf } from '../prices/price-of.ts';
import { providerFor } from '../providers/directory.ts';
import type { Call } from '../providers/provider.ts';
import { laneKeyOf, type Upstream } from '../upstream.ts';

/** A call as `acquire` takes it. */
export interface PlannedCost {
  readonly cost: Cost;
  /** @default 'default' */
  readonly model?: string | undefined;
}

/** A call as a wrapped client makes it, and `estimateTokens` takes it. */
export interface PlannedRequest extends EstimateRequest {
  /** Where it would be sent, with its port if it has one. @default the provider's own host */
  readonly host?: string | undefined;
}

export type PlannedCall = PlannedCost | PlannedRequest;

/** What is known of a call before it is sent. */
export interface Read {
  readonly index: number;
  readonly model: string;
  /** `undefined` for calls that no provider counts. */
  readonly key: LaneKey | undefined;
  readonly cost: Cost;
  readonly expects: readonly Dimension[];
  readonly tokens: { readonly input: number; readonly output: number };
  /** `undefined` where there is no price. */
  readonly usd: number | undefined;
}

export interface Sources {
  readonly calibration: Calibration;
  readonly prices: PriceTable;
}

/**
 * The calls with what they cost. All are checked before the first is estimated.
 * @throws TypeError that names the call, what was expected and what was given
 */
export async function* readCalls(
  calls: readonly PlannedCall[],
  sources: Sources,
): AsyncGenerator<Read, void> {
  if (!Array.isArray(calls)) throw expected('calls', 'an array', calls);
  calls.forEach(expectCall);
  for (const [index, call] of calls.entries()) {
    yield isCost(call) ? readCost(call, index, sources) : await readRequest(call, index, sources);
  }
}

function isCost(call: PlannedCall): call is PlannedCost {
  return 'cost' in call;
}

function expectCall(call: PlannedCall, index: number): void {
  const name = `calls[${index}]`;
  expectObject(name, call, '{ cost, model } or { provider, path, body, host }');
  if (isCost(call)) {
    expectKnown(call, ['cost', 'model']);
    checkedCost(`${name}.cost`, call.cost);
    expectText(`${name}.model`, call.model ?? '');
    return;
  }
  expectKnown(call, ['provider', 'path', 'body', 'host']);
  expectText(`${name}.provider`, call.provider);
  expectText(`${name}.path`, call.path);
  expectText(`${name}.host`, call.host ?? '');
}

function expectText(name: string, value: unknown): void {
  if (typeof value !== 'string') throw expected(name, 'a string', value);
}

function readCost({ cost, model = 'default' }: PlannedCost, index: number, sources: Sources): Read {
  const checked = checkedCost('cost', cost);
  const tokens = { input: amount(cost, 'inputTokens'), output: amount(cost, 'outputTokens') };
  const isSplit = amount(cost, 'tokens') <= tokens.input + tokens.output;
  const usd = cost.usd ?? (isSplit ? usdOf(model, tokens, sources.prices) : undefined);
  const unsplit = isSplit ? 0 : amount(cost, 'tokens') - tokens.input - tokens.output;
  const all = { ...tokens, input: tokens.input + unsplit };
  return { index, model, key: ownKey(model), cost: checked, expects: [], tokens: all, usd };
}

async function readRequest(
  request: PlannedRequest,
  index: number,
  sources: Sources,
): Promise<Read> {
  const upstream = upstreamOf(request);
  const { provider } = upstream;
  const { path, body } = request;
  const call = provider.describe({ method: 'POST', path, body });
  if (call === undefined) return { ...FREE, index };
  const { calibration, prices } = sources;
  const estimate = await estimateCall({ provider: provider.name, path, body }, { calibration });
  const { model } = call;
  const most = call.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  const outputTokens = Math.min(estimate.outputTokens, most);
  const cost = provider.charge({ ...estimate, outputTokens }, call);
  const tokens = { input: estimate.inputTokens, output: outputOf(path, call, estimate) };
  const key = laneKeyOf(upstream, call, estimate, undefined);
  const { expects } = provider;
  return { index, model, key, cost, expects, tokens, usd: usdOf(model, tokens, prices) };
}

const FREE: Omit<Read, 'index'> = {
  model: '',
  key: undefined,
  cost: {},
  expects: [],
  tokens: { input: 0, output: 0 },
  usd: 0,
};

/** What calls of this kind have lately produced; without experience, all that it allows. */
function outputOf(path: string, call: Call, estimate: Estimated): number {
  const { expectedOutputTokens } = estimate;
  if (call.maxOutputTokens !== undefined) {
    return Math.min(expectedOutputTokens, call.maxOutputTokens);
  }
  const isUnknown = expectedOutputTokens === 0 && writesText(path);
  return isUnknown ? EXPECTED_OUTPUT_TOKENS : expectedOutputTokens;
}

function usdOf(model: string, tokens: Read['tokens'], prices: PriceTable): number | undefined {
  const price = priceOf(model, prices);
  const { input: inputTokens, output: outputTokens } = tokens;
  const uncached = { cachedInputTokens: 0, cacheWriteTokens: 0 };
  return price && costInUsd({ inputTokens, outputTokens, ...uncached }, price);
}

function upstreamOf({ provider, host }: PlannedRequest): Upstream {
  const sdk = provider.startsWith('anthropic') ? 'anthropic' : 'openai';
  const name = host ?? hostnameOfPreset(provider) ?? provider;
  const baseURL = `https://${name}`;
  const hostname = URL.canParse(baseURL) ? new URL(baseURL).hostname : name;
  return {
    provider: providerFor({ sdk, baseURL, azure: provider === 'azure' }),
    host: name,
    presetHost: hostOfPreset(hostname, sdk),
  };
}
