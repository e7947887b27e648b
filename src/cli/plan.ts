import { splitFor } from '../batch-api/split.ts';
import { inWords, wholeMs } from '../duration.ts';
import type { RateLimiter } from '../limiter.ts';
import type { Plan } from '../plan/plan.ts';
import { isMeteredRequest, type PlannedRequest } from '../plan/planned-call.ts';
import { BATCH_PRICE } from '../providers/batch-price.ts';
import { HOSTS, hostnameOfPreset, hostOfPreset, PRESET_HOSTS } from '../providers/host.ts';
import { listsModel } from '../providers/preset-for.ts';
import { tierIndex, tierNamesOf } from '../providers/tier.ts';
import { expectTier, hostIn, limiterOf } from './account.ts';
import type { Arguments } from './arguments.ts';
import type { BatchRequest, Form } from './batch-line.ts';
import { expectFiles, teller } from './checked-files.ts';
import { countOf } from './count-of.ts';
import { CommandError, EXIT } from './exit-code.ts';
import type { Io } from './io.ts';
import { dollars } from './progress-line.ts';
import { readEntries, type Survey, surveyOf } from './requests-file.ts';
import { ResultsFile } from './results-file.ts';

/** What the calls take in one tier of a host. */
interface PlannedTier {
  readonly host: string;
  readonly tier: string;
  readonly title: string;
  readonly plan: Plan;
}

/** Tells what the lines of a file would take: nothing is sent. Resolves to the exit code. */
export async function runPlan(asked: Arguments, io: Io): Promise<number> {
  const { input = '', model, json, strict } = asked;
  expectFiles({ input });
  const isDone = await doneIn(asked);
  const problemOf = (request: BatchRequest): string | undefined =>
    isMeteredRequest(plannedOf(asked, request))
      ? undefined
      : `its path, ${request.url}, is not known as a call to a model`;
  const survey = await surveyOf(input, model, isDone, teller(io), problemOf);
  const { form, usable, done, unusable } = survey;
  if (strict && unusable > 0)
    throw new CommandError(
      `Nothing was planned, because of --strict: ${countOf(unusable, 'line')} can't be used`,
    );
  if (form === undefined || usable === done) {
    if (usable === 0 && unusable > 0) throw new CommandError('No line of the file can be used');
    io.out(
      usable === 0 ? `There are no requests in ${input}\n` : 'There is nothing left to send\n',
    );
    return unusable > 0 ? EXIT.someFailed : EXIT.fine;
  }
  expectTier(asked, form);
  const plans = await plansFor(asked, io, survey, form, isDone);
  io.out(
    json
      ? `${JSON.stringify(summary(plans))}\n`
      : table(plans, { ...asked, own: hostIn(asked, form), count: usable - done }),
  );
  return unusable > 0 ? EXIT.someFailed : EXIT.fine;
}

/**
 * How long all that has no result takes live; `undefined` where nobody knows.
 * `limiter`: one that has seen limits. By default, what is given or published counts.
 */
export async function liveMsOf(
  asked: Arguments,
  io: Io,
  survey: Survey,
  limiter?: RateLimiter,
): Promise<number | undefined> {
  const isDone = await doneIn({ ...asked, retryFailed: false });
  const plan = await (limiter === undefined
    ? planned(asked, io, survey, asked.accountTier, isDone)
    : limiter.plan(plannedCalls(asked, survey, asked.accountTier, isDone)));
  return plan.durationMs;
}

/** Which calls have a result that stays. */
async function doneIn({
  output,
  retryFailed,
}: Pick<Arguments, 'output' | 'retryFailed'>): Promise<(id: string) => boolean> {
  const done = output === undefined ? undefined : await ResultsFile.peek(output);
  return (id) => done?.recorded.has(id) === true && !(retryFailed && done.failures.has(id));
}

async function plansFor(
  asked: Arguments,
  io: Io,
  survey: Survey,
  form: Form,
  isDone: (id: string) => boolean,
): Promise<readonly PlannedTier[]> {
  const plans: PlannedTier[] = [];
  for (const at of hostsFor(asked, survey, form)) {
    const host = hostIn(at, form);
    for (const { tier, title } of tiersFor(at, host, form)) {
      const plan = await planned(at, io, survey, tier, isDone);
      plans.push({ host, tier: String(tier ?? title), title, plan });
    }
  }
  return plans;
}

/** The host that was given; else the provider's own and those that publish limits for all models. */
function hostsFor(asked: Arguments, { models }: Survey, form: Form): readonly Arguments[] {
  const { baseUrl, accountTier, limits } = asked;
  if (baseUrl !== undefined || accountTier !== undefined || limits !== undefined) return [asked];
  const own = hostIn(asked, form);
  const listing = PRESET_HOSTS.filter((each) =>
    [...models].every((name) => listsModel(each, name)),
  );
  const others = listing.flatMap((preset) => {
    const host = hostnameOfPreset(preset);
    const isOther = host !== undefined && host !== own && hostOfPreset(host, form) === preset;
    return isOther ? [{ ...asked, baseUrl: `https://${host}` }] : [];
  });
  const isOwn = others.length === 0 || listing.some((each) => hostnameOfPreset(each) === own);
  return isOwn ? [asked, ...others] : others;
}

/** A tier to plan for, and its name in the table. */
interface AskedTier {
  readonly tier?: string | number | undefined;
  readonly title: string;
}

/** The tier that was given, else all that the host has, each once. */
function tiersFor(
  { accountTier: tier, limits }: Arguments,
  host: string,
  form: Form,
): readonly AskedTier[] {
  if (limits !== undefined) return [{ title: 'with these limits' }];
  const preset = hostOfPreset(host, form);
  if (preset === undefined) return [{ title: host }];
  const all = tierNamesOf(preset).map((names) => {
    const old = names.slice(0, -1).join(', ');
    const now = names.at(-1) ?? '';
    return { tier: now, title: old === '' ? now : `${now} (${old})` };
  });
  if (tier === undefined) return all;
  const { title = String(tier) } = all[tierIndex(HOSTS[preset], tier) ?? -1] ?? {};
  return [{ tier, title }];
}

/** Reads the file once for each plan: it may be of any size. */
async function planned(
  asked: Arguments,
  io: Io,
  survey: Survey,
  tier: string | number | undefined,
  isDone: (id: string) => boolean,
): Promise<Plan> {
  const { limiter, close } = await limiterOf({ ...asked, maxUsd: undefined }, io);
  try {
    return await limiter.plan(plannedCalls(asked, survey, tier, isDone));
  } finally {
    await close();
  }
}

/** What can be planned: a batch also sends what nobody counts. */
async function* plannedCalls(
  asked: Arguments,
  survey: Survey,
  tier: string | number | undefined,
  isDone: (id: string) => boolean,
): AsyncGenerator<PlannedRequest, void> {
  for await (const { request } of readEntries(asked.input ?? '', asked.model, survey)) {
    if (isDone(request.customId)) continue;
    const planned = plannedOf(asked, request);
    if (isMeteredRequest(planned)) yield { ...planned, accountTier: tier };
  }
}

function plannedOf(asked: Arguments, { form, url: path, body }: BatchRequest): PlannedRequest {
  const host = hostIn(asked, form);
  const isHome = form === 'anthropic' || host === hostIn({ baseUrl: undefined }, form);
  return { provider: isHome ? form : 'compatible', path, body, host };
}

function summary(plans: readonly PlannedTier[]) {
  return plans.map(({ host, tier, plan }) => {
    const { calls, tokens, usd, unpriced, durationMs, lanes, tooLarge } = plan;
    const batchUsd = usd === undefined ? undefined : usd * BATCH_PRICE;
    const binding = slowest(plan)?.binding;
    const told = { calls, tokens, usd, batchUsd, unpriced, durationMs, binding };
    return { host, tier, ...told, lanes: lanes.length, tooLarge: tooLarge.length };
  });
}

function slowest({ lanes }: Plan): Plan['lanes'][0] | undefined {
  return lanes.toSorted((one, other) => (other.durationMs ?? 0) - (one.durationMs ?? 0))[0];
}

/** `own`: the host that needn't be named. */
function table(
  plans: readonly PlannedTier[],
  { own, count, deadlineMs }: Pick<Arguments, 'deadlineMs'> & { own: string; count: number },
): string {
  const [first] = plans;
  if (first === undefined) return '';
  const { tokens, usd, unpriced } = first.plan;
  const half = usd === undefined ? '' : `, or ${dollars(usd * BATCH_PRICE)} with --via batch-api`;
  const cost =
    usd === undefined ? `there is no known price for ${unpriced.join(', ')}` : dollars(usd);
  const head = `${countOf(count, 'call')}, ${tokens.input} tokens in, up to ${tokens.output} out: ${cost}${half}\n`;
  const lines = plans.map(({ host, title, plan }) => {
    const decided = deadlineMs === undefined ? '' : `    ${decisionOf(plan, count, deadlineMs)}\n`;
    const at = host === own ? '' : `${host}, `;
    const price = host === first.host || plan.usd === undefined ? '' : `, ${dollars(plan.usd)}`;
    return `  ${at}${title}: ${timeOf(plan)}${price}\n${decided}`;
  });
  return head + lines.join('');
}

/** What `--deadline` would do. */
function decisionOf({ durationMs }: Plan, count: number, deadlineMs: number): string {
  if (durationMs === undefined) {
    return 'without --limits or --account-tier, one request of each model is sent live first, to see the limits';
  }
  const { liveShare, fallbackMs } = splitFor(durationMs, deadlineMs);
  if (fallbackMs !== undefined) {
    const when = inWords(wholeMs(fallbackMs));
    return `all would go into batches; what has no result after ${when} would be sent live (later, if less is left)`;
  }
  const live = Math.floor(count * liveShare);
  return `${live} of ${countOf(count, 'request')} would be sent live at once, the others in batches, which may be late`;
}

function timeOf(plan: Plan): string {
  const { durationMs, tooLarge } = plan;
  const large =
    tooLarge.length > 0
      ? `; ${countOf(tooLarge.length, 'call')} would fail, too large for a limit`
      : '';
  if (durationMs === undefined) return `limits unknown, give --limits${large}`;
  const binding = slowest(plan)?.binding;
  const why = binding === undefined ? '' : `, held back by ${binding}`;
  return `${inWords(durationMs)} until the last call is sent${why}${large}`;
}
