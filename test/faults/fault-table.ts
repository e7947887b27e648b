import { FAULTS, type Fault } from './fault-list.ts';
import { type FaultRun, LATER_CALLS, type Seen } from './fault-run.ts';
import { SLEEPS, STORMS } from './storms.ts';
import { FORMS, nameOf } from './wires.ts';

const HEAD = `# What one fault does

Each row is a fault in one call. Five more calls follow that call at once. Tests check each fault with both SDKs, and with JSON and streams, where limits are in memory; and with one of these each in Redis and in PostgreSQL:

- The caller's code sees the same as with the SDK alone: the same result, or an error of the same class, status, headers and text.
- The call makes as many requests as without the limiter.
- All five calls go within a minute.
- Nothing of the call remains: no slot, no reservation, no timer, no listener at its signal, nothing reserved in a budget. What it took from the limits comes back with time.

Each cell shows what the caller sees, and after how many seconds the last of the five calls has its answer. The tests write this table. Limits are 600 requests and 100,000 tokens per minute, an answer takes 0.2 s, callers give up after 30 s, and nothing is retried.

Large bodies have 4 MB here; with \`FAULT_MB=100\`, the tests make them of 100 MB. OpenAI's streams have an exception: a single event of more than 4 MiB can have a \`usage: null\` that the caller didn't ask for.
`;

const SLEEP_HEAD = `## A suspended machine

The machine sleeps for an hour. Its monotonic clock goes on meanwhile, or it stops, as on Linux. The same is checked. Where a call waits, the call before it was refused for 20 s; the cell shows what both callers see.
`;

const STORM_HEAD = `## Storms

Each row is a fault in all calls of a while. Fifteen calls are made: at once where it is a second, otherwise five at once, and one more each four seconds. Callers have two hours. The same is checked, with two differences: calls that wait until the storm is over have their answer instead of the error, and the calls make no more requests than without the limiter.

Each cell shows how many of the calls fail with the SDK alone and with the limiter, and after how many seconds the last of five calls that are made after the storm has its answer.
`;

/** The tables of the documentation. */
export class FaultTable {
  readonly #rows = new Map<string, Map<string, string>>();

  add(fault: string, form: string, run: FaultRun): void {
    const row = this.#rows.get(fault) ?? new Map<string, string>();
    this.#rows.set(fault, row);
    const isStorm = run.bare.length > LATER_CALLS;
    const what = isStorm ? `${failed(run.bare)} → ${failed(run.limited)}` : seen(run);
    row.set(form, `${what}; ${(run.laterMs / 1000).toFixed(1)}`);
  }

  get isWhole(): boolean {
    return [...FAULTS, ...SLEEPS, ...STORMS].every(({ name, on }) => {
      const count = FORMS.filter((form) => on?.(form) ?? true).length;
      return this.#rows.get(name)?.size === count;
    });
  }

  get text(): string {
    return [
      `${HEAD}\n${this.#table('the fault', FAULTS)}`,
      `${SLEEP_HEAD}\n${this.#table('the machine is', SLEEPS)}`,
      `${STORM_HEAD}\n${this.#table('the storm', STORMS)}`,
    ].join('\n');
  }

  #table(title: string, faults: readonly Fault[]): string {
    const forms = FORMS.map(nameOf);
    const head = [
      `| ${title} | ${forms.join(' | ')} |`,
      `|---|${forms.map(() => '---|').join('')}`,
    ];
    const rows = faults.map(({ name }) => {
      const cells = forms.map((form) => this.#rows.get(name)?.get(form) ?? '–');
      return `| ${name} | ${cells.join(' | ')} |`;
    });
    return `${[...head, ...rows].join('\n')}\n`;
  }
}

function seen({ limited }: FaultRun): string {
  return limited.map(inWords).join(', ');
}

function inWords([how, value]: Seen): string {
  if (how === 'ok') return 'the answer';
  const { status, name, class: kind } = value as { status?: number; name?: string; class?: string };
  return status === undefined ? String(kind ?? name) : String(status);
}

function failed(calls: readonly Seen[]): number {
  return calls.filter(([how]) => how === 'failed').length;
}
