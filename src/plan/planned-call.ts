import { checkedCost } from '../checked-cost.ts';
import type { Clock } from '../clock.ts';
import { type LaneKey, manualKey } from '../lane/lane-key.ts';
import type { Call } from '../model/call.ts';
import type { Charges } from '../model/charge.ts';
import { bodyOf } from '../model/json.ts';
import { amount, type Cost, type Dimension } from '../model/limits.ts';
import type { PriceTable } from '../model/price.ts';
import { hostnameOfPreset, hostOfPreset } from '../providers/host.ts';
import { EXPECTED_OUTPUT_TOKENS } from '../providers/most-in-usd.ts';
import { type Pricing, pricedFor } from '../providers/priced.ts';
import { DESCRIPTIONS, protocolOf } from '../providers/protocol.ts';
import type { Protocol } from '../providers/protocol-name.ts';
import { providerFor } from '../providers/provider-for.ts';
import { usdOf } from '../providers/usd-of.ts';
import { writesText } from '../tokens/api.ts';
import type { Calibration } from '../tokens/calibration/calibration.ts';
import type { Estimated } from '../tokens/calibration/call-estimate.ts';
import { estimateCall } from '../tokens/estimate-call.ts';
import type { EstimateRequest } from '../tokens/estimator.ts';
import { tokenCount } from '../tokens/token-count.ts';
import { laneKeyOf, type Upstream } from '../upstream.ts';
import { expected, expectKnown, expectObject, expectProvider, expectText } from '../validate.ts';
import { expectPlannedTier } from './planned-tier.ts';

/** A call by its cost, as `acquire` takes it. */
export interface PlannedCost extends NoRequest {
  /** The cost of the call, by dimension; `requests` is 1 unless given. */
  readonly cost: Cost;
  /** The lane: calls with the same model share limits. @default 'default' */
  readonly model?: string | undefined;
}

/** A call by its request, as a client sends it and `estimateTokens` takes it. */
export interface PlannedRequest extends EstimateRequest {
  /** The host of the request, with its port if it has one. @default the provider's own host */
  readonly host?: string | undefined;
  /** Your account's tier at the provider: `'tier 1'`, `1`. @default the lowest plausible one */
  readonly accountTier?: string | number | undefined;
  /** The older name of `accountTier`. */
  readonly tier?: string | number | undefined;
  /** Can't be given with a request, whose cost is estimated. */
  readonly cost?: never;
}

/** What describes a request can't be given with `cost`. */
type NoRequest = { readonly [Name in Exclude<keyof PlannedRequest, 'cost'>]?: never };

/** A call to plan: by its cost, or by its request. */
export type PlannedCall = PlannedCost | PlannedRequest;

/** What is known of a call before it is sent. */
export interface Read {
  readonly index: number;
  readonly model: string;
  readonly key: LaneKey;
  readonly cost: Cost;
  /** What each rule of charging takes for it, where the server's isn't known for sure. */
  readonly charges?: Charges | undefined;
  readonly expects: readonly Dimension[];
  /** What it is expected to cost in the end, by earlier calls; `undefined` before there are any. */
  readonly actual?: Cost | undefined;
  readonly tokens: { readonly input: number; readonly output: number };
  /** `undefined` where there is no price. */
  readonly usd: number | undefined;
}

const UNCACHED = { cachedInputTokens: 0, cacheWriteTokens: 0 };

export interface Sources {
  readonly calibration: Calibration;
  readonly prices: PriceTable;
  /** The provider as calls to a model are charged. */
  readonly pricing: Pricing;
  /** A virtual clock stands still while calls are estimated. */
  readonly clock: Clock;
}

/** The calls to plan. Of a generator, only one call is in memory at a time. */
export type PlannedCalls = Iterable<PlannedCall> | AsyncIterable<PlannedCall>;

/**
 * The calls with what they cost. Of a list, all are checked before the first is estimated.
 * @throws TypeError that names the call, what was expected and what was given
 */
export async function* readCalls(
  calls: PlannedCalls,
  sources: Sources,
): AsyncGenerator<Read, void> {
  const check = new CallCheck();
  if (!isIterable(calls)) throw expected('calls', 'an array or another iterable', calls);
  const isList = Array.isArray(calls);
  if (isList) {
    calls.forEach(expectCall);
    for (const [index, call] of calls.entries()) check.expectMetered(call, index);
  }
  let index = 0;
  for await (const call of calls) {
    if (!isList) {
      expectCall(call, index);
      check.expectMetered(call, index);
    }
    yield isCost(call) ? readCost(call, index, sources) : await readRequest(call, index, sources);
    index++;
  }
}

function isIterable(calls: unknown): calls is PlannedCalls {
  if (typeof calls !== 'object' || calls === null) return false;
  return Symbol.iterator in calls || Symbol.asyncIterator in calls;
}

function isCost(call: PlannedCall): call is PlannedCost {
  return 'cost' in call;
}

function expectCall(call: PlannedCall, index: number): void {
  const name = `calls[${index}]`;
  expectObject(name, call, '{ cost, model } or { provider, path, body, host, accountTier }');
  if (isCost(call)) {
    expectKnown(call, ['cost', 'model'], name);
    checkedCost(`${name}.cost`, call.cost);
    if (call.model !== undefined) expectText(`${name}.model`, call.model);
    return;
  }
  expectKnown(call, ['provider', 'path', 'body', 'host', 'accountTier', 'tier'], name);
  expectProvider(`${name}.provider`, call.provider);
  expectText(`${name}.path`, call.path);
  if (call.host !== undefined) expectText(`${name}.host`, call.host);
}

/**
 * A misspelled path must not cost nothing, and a misspelled tier not mean another one. Each is looked
 * at once: there may be many calls.
 */
class CallCheck {
  readonly #seen = new Set<string>();

  expectMetered(call: PlannedCall, index: number): void {
    if (isCost(call)) return;
    const { provider, host, path, accountTier, tier } = call;
    const id = JSON.stringify([provider, host, path, accountTier, tier]);
    if (this.#seen.has(id)) return;
    const upstream = upstreamOfRequest(call);
    described(upstream, call, index);
    for (const [name, given] of Object.entries({ accountTier, tier })) {
      expectPlannedTier(`calls[${index}].${name}`, given, upstream.presetHost);
    }
    this.#seen.add(id);
  }
}

/** Whether a request is a call that its provider counts: others can't be planned. */
export function isMeteredRequest(request: PlannedRequest): boolean {
  return callOf(upstreamOfRequest(request), request) !== undefined;
}

function callOf({ provider }: Upstream, { path, body }: PlannedRequest): Call | undefined {
  return provider.describe({ method: 'POST', path, body });
}

/** @throws TypeError for a call that its provider doesn't count */
function described(upstream: Upstream, request: PlannedRequest, index: number): Call {
  const { path } = request;
  const call = callOf(upstream, request);
  if (call !== undefined) return call;
  const what = "the path of a call that counts against limits, such as '/chat/completions'";
  throw expected(`calls[${index}].path`, what, path);
}

function readCost({ cost, model = 'default' }: PlannedCost, index: number, sources: Sources): Read {
  const checked = checkedCost('cost', cost);
  const tokens = { input: amount(cost, 'inputTokens'), output: amount(cost, 'outputTokens') };
  const isSplit = amount(cost, 'tokens') <= tokens.input + tokens.output;
  const usd = cost.usd ?? (isSplit ? usdFor(model, tokens, sources.prices) : undefined);
  const unsplit = isSplit ? 0 : amount(cost, 'tokens') - tokens.input - tokens.output;
  const all = { ...tokens, input: tokens.input + unsplit };
  return { index, model, key: manualKey(model), cost: checked, expects: [], tokens: all, usd };
}

async function readRequest(given: PlannedRequest, index: number, sources: Sources): Promise<Read> {
  const request = { ...given, body: bodyOf(given.body) };
  const upstream = upstreamOfRequest(request);
  const { provider } = upstream;
  const { path, body } = request;
  const call = described(upstream, request, index);
  const { calibration, prices, pricing, clock } = sources;
  const estimate = await estimateCall(
    { provider: provider.name, path, body },
    { calibration, clock, isExact: true },
  );
  const { model } = call;
  const most = call.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  const outputTokens = Math.min(estimate.outputTokens, most);
  const charged = pricedFor(provider, model, pricing);
  const expecting = { ...estimate, outputTokens };
  const cost = charged.charge(expecting, call);
  const charges = charged.charging?.charges(expecting, call);
  const tokens = { input: estimate.inputTokens, output: outputOf(path, call, estimate) };
  const usage = { ...UNCACHED, inputTokens: tokens.input, outputTokens: tokens.output };
  const actual = estimate.meanNow() === undefined ? undefined : charged.settle(usage, call);
  const key = laneKeyOf(upstream, call, estimate, request.accountTier ?? request.tier);
  const { expects } = provider;
  const usd = usdFor(model, tokens, prices);
  return { index, model, key, cost, charges, expects, actual, tokens, usd };
}

/** The mean of what calls of this kind have lately produced; without experience, all that it allows. */
function outputOf(path: string, call: Call, estimate: Estimated): number {
  const expectedOutputTokens = tokenCount(estimate.meanNow() ?? estimate.expectedOutputTokens);
  if (call.maxOutputTokens !== undefined) {
    return Math.min(expectedOutputTokens, call.maxOutputTokens);
  }
  const isUnknown = expectedOutputTokens === 0 && writesText(path);
  return isUnknown ? EXPECTED_OUTPUT_TOKENS : expectedOutputTokens;
}

function usdFor(model: string, tokens: Read['tokens'], prices: PriceTable): number | undefined {
  const { input: inputTokens, output: outputTokens } = tokens;
  return usdOf(model, { inputTokens, outputTokens, ...UNCACHED }, prices);
}

function upstreamOfRequest({ provider, host, path }: PlannedRequest): Upstream {
  const sdk = provider.startsWith('anthropic') ? 'anthropic' : nativeProtocol(path);
  const name = host ?? hostnameOfPreset(provider) ?? provider;
  const baseURL = `https://${name}`;
  const hostname = URL.canParse(baseURL) ? new URL(baseURL).hostname : name;
  return {
    provider: providerFor({ sdk, baseURL, azure: provider === 'azure' }),
    host: name,
    presetHost: hostOfPreset(hostname, sdk),
  };
}

/** Gemini's, Cohere's and Converse's paths say whose they are; all others are OpenAI's. */
function nativeProtocol(path: string): Protocol {
  const protocol = protocolOf(path);
  return protocol !== undefined && Object.hasOwn(DESCRIPTIONS, protocol) ? protocol : 'openai';
}
