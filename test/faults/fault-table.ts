import { FAULTS } from './fault-list.ts';
import type { FaultRun } from './fault-run.ts';
import { FORMS, nameOf } from './wires.ts';

const HEAD = `# What one fault does

Each row is a fault in one call. Five more calls follow that call at once. Tests check each fault with both SDKs, with JSON and streams, and with limits in memory, in Redis and in PostgreSQL:

- The caller's code sees the same as with the SDK alone: the same result, or an error of the same class, status, headers and text.
- The call makes as many requests as without the limiter.
- All five calls go within a minute.
- Nothing of the call remains: no slot, no reservation, nothing reserved in a budget. What it took from the limits comes back with time.

Each cell shows what the caller sees, and after how many seconds the last of the five calls has its answer. The tests write this table. Limits are 600 requests and 100,000 tokens per minute, an answer takes 0.2 s, callers give up after 30 s, and nothing is retried.
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
