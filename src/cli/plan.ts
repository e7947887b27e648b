import { inWords } from '../duration.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlannedRequest } from '../plan/planned-call.ts';
import { BATCH_PRICE } from '../providers/batch-price.ts';
import { hostOfPreset } from '../providers/host.ts';
import { tiersOf } from '../providers/tier.ts';
import { limiterOf } from './account.ts';
import type { Arguments } from './arguments.ts';
import type { BatchRequest, Form } from './batch-line.ts';
import { expectFiles, teller } from './checked-files.ts';
import { CommandError, EXIT } from './exit-code.ts';
import type { Io } from './io.ts';
import { dollars } from './progress-line.ts';
import { entriesOf } from './requests-file.ts';
import { ResultsFile } from './results-file.ts';

const HOSTS: Readonly<Record<Form, string>> = {
  openai: 'api.openai.com',
  anthropic: 'api.anthropic.com',
};

/** What the calls take in one tier. */
interface PlannedTier {
  readonly tier: string;
  readonly plan: Plan;
}

/** Tells what the lines of a file would take: nothing is sent. Resolves to the exit code. */
export async function runPlan(asked: Arguments, io: Io): Promise<number> {
  const { input = '', json } = asked;
  expectFiles(input);
  const { requests, unusable } = await read(asked, io);
  const [first] = requests;
  if (first === undefined) {
    if (unusable > 0) throw new CommandError('No line of the file can be used');
    io.out('Nothing is left to send\n');
    return EXIT.fine;
  }
  const host = asked.baseUrl === undefined ? HOSTS[first.form] : new URL(asked.baseUrl).host;
  const plans: PlannedTier[] = [];
  for (const tier of tiersFor(asked, host, first.form)) {
    plans.push({
      tier: String(tier ?? 'as given'),
      plan: await planned(asked, io, requests, host, tier),
    });
  }
  io.out(json ? `${JSON.stringify(summary(plans))}\n` : table(plans, requests.length));
  return unusable > 0 ? EXIT.someFailed : EXIT.fine;
}

/** How long all that has no result takes live; `undefined` where nobody knows. */
export async function liveMsOf(asked: Arguments, io: Io, form: Form): Promise<number | undefined> {
  const { requests } = await read(asked, { ...io, err: () => {} });
  const host = asked.baseUrl === undefined ? HOSTS[form] : new URL(asked.baseUrl).host;
  return (await planned(asked, io, requests, host, asked.tier)).durationMs;
}

/** The requests that have no result yet. A plan needs all of them in memory. */
async function read(
  { input = '', output, model, strict, retryFailed }: Arguments,
  io: Io,
): Promise<{ requests: BatchRequest[]; unusable: number }> {
  const done = output === undefined ? undefined : await ResultsFile.peek(output);
  const isDone = (id: string): boolean =>
    done?.recorded.has(id) === true && !(retryFailed && done.failures.has(id));
  const tell = teller(io);
  const requests: BatchRequest[] = [];
  let unusable = 0;
  for await (const entry of entriesOf(input, model)) {
    if ('problem' in entry) {
      unusable++;
      tell(entry.number, entry.problem);
    } else if (!isDone(entry.request.customId)) requests.push(entry.request);
  }
  if (strict && unusable > 0) throw new CommandError(`${unusable} lines can't be used (--strict)`);
  return { requests, unusable };
}

/** The tier that was given, else all that the host has. */
function tiersFor(
  { tier, limits }: Arguments,
  host: string,
  form: Form,
): readonly (string | number | undefined)[] {
  const preset = hostOfPreset(host, form);
  if (limits !== undefined || preset === undefined) return [undefined];
  return tier === undefined ? tiersOf(preset) : [tier];
}

async function planned(
  asked: Arguments,
  io: Io,
  requests: readonly BatchRequest[],
  host: string,
  tier: string | number | undefined,
): Promise<Plan> {
  const { limiter, close } = await limiterOf({ ...asked, maxUsd: undefined }, io);
  const provider = (form: Form): string => {
    if (form === 'anthropic' || host === HOSTS.openai) return form;
    return 'compatible';
  };
  const calls = requests.map(({ form, url: path, body }): PlannedRequest => {
    return { provider: provider(form), path, body, host, tier };
  });
  try {
    return await limiter.plan(calls);
  } finally {
    await close();
  }
}

function summary(plans: readonly PlannedTier[]) {
  return plans.map(({ tier, plan }) => {
    const { calls, tokens, usd, unpriced, durationMs, lanes, tooLarge } = plan;
    const batchUsd = usd === undefined ? undefined : usd * BATCH_PRICE;
    const binding = slowest(plan)?.binding;
    const told = { calls, tokens, usd, batchUsd, unpriced, durationMs, binding };
    return { tier, ...told, lanes: lanes.length, tooLarge: tooLarge.length };
  });
}

function slowest({ lanes }: Plan): Plan['lanes'][0] | undefined {
  return lanes.toSorted((one, other) => (other.durationMs ?? 0) - (one.durationMs ?? 0))[0];
}

function table(plans: readonly PlannedTier[], count: number): string {
  const [first] = plans;
  if (first === undefined) return '';
  const { tokens, usd, unpriced } = first.plan;
  const half =
    usd === undefined ? '' : `; by the provider's own batch endpoint ${dollars(usd * BATCH_PRICE)}`;
  const cost = usd === undefined ? `no price is known of ${unpriced.join(', ')}` : dollars(usd);
  const head = `${count} calls, ${tokens.input} tokens in, up to ${tokens.output} out: ${cost}${half}\n`;
  return head + plans.map(({ tier, plan }) => `  ${tier}: ${timeOf(plan)}\n`).join('');
}

function timeOf(plan: Plan): string {
  const { durationMs, tooLarge } = plan;
  const large = tooLarge.length > 0 ? `; ${tooLarge.length} exceed a limit, and would fail` : '';
  if (durationMs === undefined) return `nobody knows its limits: give --limits${large}`;
  const binding = slowest(plan)?.binding;
  const why = binding === undefined ? '' : `, held back by ${binding}`;
  return `${inWords(durationMs)} until the last call is sent${why}${large}`;
}
