/// <reference types="node" />
import { parseArgs } from 'node:util';
import { didYouMean } from '../model/did-you-mean.ts';
import { CommandError } from './exit-code.ts';

/** What a user asks for, checked. */
export interface Arguments {
  readonly command: 'batch' | 'plan' | 'limits';
  readonly input: string | undefined;
  readonly output: string | undefined;
  readonly baseUrl: string | undefined;
  readonly key: string | undefined;
  readonly model: string | undefined;
  readonly accountTier: string | number | undefined;
  readonly limits: Readonly<Record<string, number>> | undefined;
  readonly redis: string | undefined;
  readonly concurrency: number | undefined;
  readonly maxUsd: number | undefined;
  /** Calls go to the provider's Batch API. */
  readonly viaBatch: boolean;
  readonly deadlineMs: number | undefined;
  /** Requests in one batch, at most. */
  readonly batchSize: number | undefined;
  readonly report: string | undefined;
  readonly provider: 'openai' | 'anthropic' | undefined;
  readonly retryFailed: boolean;
  readonly dryRun: boolean;
  readonly strict: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

const TEXT = { type: 'string' } as const;
const FLAG = { type: 'boolean', default: false } as const;
const OPTIONS = {
  output: { type: 'string', short: 'o' },
  ...{ 'base-url': TEXT, key: TEXT, model: TEXT, limits: TEXT, redis: TEXT },
  ...{ 'account-tier': TEXT, tier: TEXT },
  ...{ concurrency: TEXT, 'max-usd': TEXT, provider: TEXT },
  ...{ via: TEXT, deadline: TEXT, 'batch-size': TEXT, report: TEXT },
  ...{ 'retry-failed': FLAG, 'dry-run': FLAG, strict: FLAG, quiet: FLAG, json: FLAG },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', short: 'v', default: false },
} as const;

const COMMANDS = ['batch', 'plan', 'limits', 'help'];

type Values = ReturnType<typeof parsed>['values'];

/** @throws CommandError that says what is wrong */
export function readArguments(argv: readonly string[]): Arguments | 'help' | 'version' {
  const { values, positionals } = parsed(argv);
  const [command, input, ...more] = positionals;
  if (values.version) return 'version';
  if (values.help || command === undefined || command === 'help') return 'help';
  if (command !== 'batch' && command !== 'plan' && command !== 'limits') {
    const meant = didYouMean(command, COMMANDS);
    throw new CommandError(`Unknown command '${command}': use batch, plan or limits${meant}`);
  }
  const surplus = command === 'limits' ? positionals.slice(1) : more;
  if (surplus.length > 0) throw new CommandError(`Unexpected argument: ${surplus.join(' ')}`);
  if (command !== 'limits' && input === undefined) {
    throw new CommandError(`Name the file of requests: llm-headroom ${command} requests.jsonl`);
  }
  const isDry = values['dry-run'] || command !== 'batch';
  if (!isDry && values.output === undefined) {
    throw new CommandError(
      `Name a file for the results: llm-headroom batch ${input} -o results.jsonl`,
    );
  }
  return { command, input, ...read(values) };
}

function parsed(argv: readonly string[]) {
  try {
    const found = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
    // An empty one comes of a variable that isn't set.
    const isEmpty = Object.values(found.values).includes('');
    if (!isEmpty) return found;
    throw new CommandError(mistakeIn(argv) ?? 'An option is empty');
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandError(mistakeIn(argv) ?? message);
  }
}

/** What is wrong with the first option that can't be used, as this command says it. */
function mistakeIn(argv: readonly string[]): string | undefined {
  const how = { options: OPTIONS, allowPositionals: true, strict: false, tokens: true } as const;
  for (const token of parseArgs({ args: [...argv], ...how }).tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    const known = Object.entries(OPTIONS).find(([each]) => each === name);
    if (known === undefined) {
      const names = Object.keys(OPTIONS).map((each) => `--${each}`);
      return `Unknown option ${rawName}${didYouMean(rawName, names)} (--help lists them)`;
    }
    const [, { type }] = known;
    if (type === 'boolean' && value !== undefined)
      return `${rawName} takes no value, not '${value}'`;
    if (type === 'string' && (!value || value.startsWith('-'))) {
      return `${rawName} needs a value${value ? `, not '${value}'` : ''}`;
    }
  }
  return undefined;
}

function read(values: Values): Omit<Arguments, 'command' | 'input'> {
  const { output, key, model, strict, quiet, json, report } = values;
  const viaBatch = viaIn(values);
  return {
    ...{ output, key, model, strict, quiet, json, report, viaBatch },
    deadlineMs: timeIn(values.deadline),
    batchSize: countIn('--batch-size', values['batch-size']),
    baseUrl: urlIn(values['base-url']),
    redis: redisIn(values.redis),
    accountTier: tierIn(values),
    limits: limitsIn(values.limits),
    concurrency: countIn('--concurrency', values.concurrency),
    maxUsd: numberIn('--max-usd', values['max-usd']),
    provider: providerIn(values.provider),
    retryFailed: values['retry-failed'],
    dryRun: values['dry-run'],
  };
}

/** `--tier` is the older name. */
function tierIn({ tier, 'account-tier': given = tier }: Values): string | number | undefined {
  if (tier !== undefined && tier !== given) {
    throw new CommandError('--tier is the older name of --account-tier: give only one of them');
  }
  return given !== undefined && /^\d+$/.test(given) ? Number(given) : given;
}

function urlIn(text: string | undefined): string | undefined {
  if (text === undefined || /^https?:/.test(URL.canParse(text) ? text : '')) return text;
  throw new CommandError(`--base-url must be an http(s) URL, not '${text}'`);
}

/** It may have a password: it is not shown. */
function redisIn(text: string | undefined): string | undefined {
  if (text === undefined || /^(?:rediss?:\/\/|unix:)/.test(text)) return text;
  throw new CommandError('--redis must be a URL such as redis://localhost:6379');
}

function numberIn(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new CommandError(`${name} must be a positive number, not '${text}'`);
}

function countIn(name: string, text: string | undefined): number | undefined {
  if (text === undefined || /^0*[1-9]\d*$/.test(text)) return numberIn(name, text);
  throw new CommandError(`${name} must be a whole number from 1, not '${text}'`);
}

const LIMITS = ['rpm', 'rpd', 'tpm', 'tpd', 'itpm', 'otpm'];

function limitsIn(text: string | undefined): Record<string, number> | undefined {
  if (text === undefined) return undefined;
  const pairs = text.split(',').map((pair): [string, number] => {
    const [, name = '', value] = /^(\w+)=([\d_]+)$/.exec(pair.trim()) ?? [];
    const amount = Number(value?.replaceAll('_', ''));
    if (LIMITS.includes(name) && amount > 0) return [name, amount];
    throw new CommandError(
      `--limits must look like rpm=500,tpm=200000 (${LIMITS.join(', ')}), not '${text}'`,
    );
  });
  return Object.fromEntries(pairs);
}

function viaIn({ via, deadline, 'batch-size': size }: Values): boolean {
  if (via !== undefined && via !== 'batch-api') {
    throw new CommandError(`--via must be batch-api, not '${via}'`);
  }
  if (via === undefined && deadline !== undefined) {
    throw new CommandError(
      '--deadline needs --via batch-api: otherwise, all calls are sent at once',
    );
  }
  if (via === undefined && size !== undefined) {
    throw new CommandError('--batch-size needs --via batch-api');
  }
  return via !== undefined;
}

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function timeIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(m|h|d)$/.exec(text) ?? [];
  const ms = Number(amount) * (UNITS_MS[unit] ?? Number.NaN);
  if (ms > 0) return ms;
  throw new CommandError(`--deadline must look like 90m, 6h or 2d, not '${text}'`);
}

function providerIn(text: string | undefined): 'openai' | 'anthropic' | undefined {
  if (text === undefined || text === 'openai' || text === 'anthropic') return text;
  throw new CommandError(`--provider must be openai or anthropic, not '${text}'`);
}
