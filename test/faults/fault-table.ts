import { FAULTS } from './fault-list.ts';
import type { FaultRun } from './fault-run.ts';
import { FORMS, nameOf } from './wires.ts';

const HEAD = `# What one fault does

Each row is something that goes wrong with one call, once; five calls follow it at once. For each of them, each SDK, JSON and streams, with limits in memory, in Redis and in PostgreSQL, tests hold that:

- what the caller's code sees is what the SDK alone shows: the same result, or an error of the same class, status, headers and text;
- the call makes as many requests as without the limiter;
- the five calls all go, within a minute;
- nothing is left of the call: no place, no reservation, nothing of a budget; what it took of the limits comes back with time.

The columns say what the caller sees, and after how many seconds the last of the five calls has its answer. They are written by the tests (limits of 600 requests and 100,000 tokens a minute, 0.2 s for an answer, callers that give up after 30 s, no retries).
`;

/** The table of the documentation. */
export class FaultTable {
  readonly #rows = new Map<string, Map<string, string>>();

  add(fault: string, form: string, run: FaultRun): void {
    const row = this.#rows.get(fault) ?? new Map<string, string>();
    this.#rows.set(fault, row);
    row.set(form, `${seen(run)}; ${(run.laterMs / 1000).toFixed(1)}`);
  }

  get isWhole(): boolean {
    return FAULTS.every(({ name, on }) => {
      const count = FORMS.filter((form) => on?.(form) ?? true).length;
      return this.#rows.get(name)?.size === count;
    });
  }

  get text(): string {
    const forms = FORMS.map(nameOf);
    const head = [
      `| the fault | ${forms.join(' | ')} |`,
      `|---|${forms.map(() => '---|').join('')}`,
    ];
    const rows = FAULTS.map(({ name }) => {
      const cells = forms.map((form) => this.#rows.get(name)?.get(form) ?? '–');
      return `| ${name} | ${cells.join(' | ')} |`;
    });
    return `${HEAD}\n${[...head, ...rows].join('\n')}\n`;
  }
}

function seen({ limited: [how, value] }: FaultRun): string {
  if (how === 'ok') return 'the answer';
  const { status, name, class: kind } = value as { status?: number; name?: string; class?: string };
  return status === undefined ? String(kind ?? name) : String(status);
}
