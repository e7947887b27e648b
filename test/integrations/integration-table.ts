import type { Integration } from './integration.ts';

/** What is tested of each framework. */
const ROWS = {
  limits: 'limits kept',
  refused: 'answered after a 429',
  stream: 'stream settled',
  abort: 'abort while it waits',
  givenUp: 'abort in mid-stream',
  usage: 'usage',
  spend: 'spend',
} as const;

type Row = keyof typeof ROWS;

/** The page of what works with which framework: only what a test has shown gets its mark. */
export class IntegrationTable {
  readonly #integrations: readonly Integration[];
  readonly #shown = new Set<string>();

  constructor(integrations: readonly Integration[]) {
    this.#integrations = integrations;
  }

  add(name: string, row: Row): void {
    this.#shown.add(`${name} ${row}`);
  }

  /** Whether every test of every framework has been run. */
  get isWhole(): boolean {
    const cannot = this.#integrations.filter(({ cannotAbort }) => cannotAbort).length;
    return this.#shown.size === this.#integrations.length * Object.keys(ROWS).length - cannot;
  }

  get text(): string {
    const rows = Object.keys(ROWS);
    const lines = this.#integrations.map((integration) => {
      const { name, how } = integration;
      const marks = rows.map((row) =>
        this.#shown.has(`${name} ${row}`) ? shown(row, integration) : NO_SIGNAL,
      );
      return `| ${[name, how, ...marks].join(' | ')} |`;
    });
    const head = ['client', 'how', ...Object.values(ROWS)];
    return [
      INTRODUCTION,
      `| ${head.join(' | ')} |`,
      `|${'---|'.repeat(head.length)}`,
      ...lines,
      '',
      REST,
    ].join('\n');
  }
}

const NO_SIGNAL = 'takes no signal';

function shown(row: string, { cannotAbort, afterBreak }: Integration): string {
  if (row !== 'givenUp' || afterBreak === undefined) return 'yes';
  return `${cannotAbort ? NO_SIGNAL : 'by its signal'}; ${afterBreak}`;
}

const INTRODUCTION = `# Clients and frameworks

\`withRateLimit(client, options)\` limits clients of OpenAI's and Anthropic's SDKs, of SDKs that are generated with the same core, and AWS's client for Bedrock. For all others, \`limiter.fetch\` is a \`fetch\` whose calls to models wait for the limiter; \`rateLimitedFetch({ limiter, … })\` is the same with options. This table is written by the tests, with the real packages over HTTP.
`;

const REST = `- **limits kept**: 12 calls at once against a limit of 5 a minute make no 429.
- **answered after a 429**: the call is sent again after the pause; where the limiter is in the \`fetch\`, with the client's own retries off. With them on, refusals multiply: leave 429s to one of the two (\`maxRetries: 0\`, or \`retries: false\` of \`rateLimitedFetch\`). A client of \`withRateLimit\` tells the two apart by itself.
- **stream settled**: a stream's usage is counted as the provider counts it, also where the client doesn't ask for it.
- **abort while it waits**: the call rejects, gives its place back, and was never sent.
- **abort in mid-stream**: a stream is given up after its first piece, by the call's signal, and another one by leaving its loop (\`break\`). The request ends, what had come is counted, and the place is free. Some clients leave the request open after a \`break\`: they read on, or drop the stream without canceling it. After five seconds, the limiter reads such a stream to its end (up to a megabyte). The whole answer counts, and the place is free when it has come. To end it at once, abort the signal.
- **usage**: what the client says it used is what the limiter has counted.
- **spend**: \`limiter.spending()\` is what the tokens of a call cost.

Several clients can share one limiter: \`openai\`, the AI SDK, LangChain and plain \`fetch\`, all at once on one API key, got no 429 in a test of several minutes, and used at least 99 % of what [\`headroom\`](options.md#headroom) leaves of the limit. With a \`key\` each, they were served evenly; without keys, whoever asked first was served first.

Waiting happens within \`fetch\`: timeouts of the client and \`AbortSignal.timeout()\` run while a call waits. \`timeoutMs\` of \`rateLimitedFetch\` doesn't. A client of \`withRateLimit\` waits before its own timeouts begin.

A call that is rejected here is an error of \`fetch\`, which OpenAI's and Anthropic's SDKs and LangChain repeat as a broken connection. With \`rejections: 'response'\` they get a status: tests hold that none of these, nor the AI SDK, repeats the 413 of a call that can never pass.

AWS signs a request before \`fetch\` gets it, and a signature lapses after five minutes. \`withRateLimit\` waits before AWS's client signs. With the AI SDK, keep a longer queue before the call (\`limiter.acquire\`).

The AI SDK asks for Claude's full output (\`max_tokens: 64000\` and the like) where \`maxOutputTokens\` isn't set. Hosts that charge \`max_tokens\` take all of it; a budget assumes 1,024 tokens, as for any call that sets no maximum.
`;
