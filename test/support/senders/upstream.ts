import { createServer, type Server } from 'node:http';
import { SENDER, SENT_AT } from './senders.ts';

/** What a provider allows: `max` calls sent in any trailing `windowMs`. */
export interface Allowed {
  readonly max: number;
  readonly windowMs: number;
}

/** Answers a chat completion after so long. */
const LATENCY_MS = 20;

const ANSWER = JSON.stringify({
  ...{ id: 'c', object: 'chat.completion', created: 0, model: 'gpt-4o' },
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'hi' } }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});
const REFUSAL = JSON.stringify({ error: { message: 'Rate limit reached', type: 'requests' } });

/** A provider that counts calls by when they were sent. Each account has a path of its own. */
export class StrictUpstream {
  readonly #allowed: Allowed;
  readonly #server: Server;
  /** When calls were sent that were answered, by account. */
  readonly #answered = new Map<string, number[]>();
  readonly #refused = new Map<string, number>();
  readonly #senders = new Map<string, Set<unknown>>();

  constructor(allowed: Allowed) {
    this.#allowed = allowed;
    this.#server = createServer((request, response) => {
      const [, account = ''] = (request.url ?? '').split('/');
      request.resume();
      this.#sendersOf(account).add(request.headers[SENDER]);
      const isAnswered = this.#admit(account, Number(request.headers[SENT_AT]));
      setTimeout(() => {
        response.writeHead(isAnswered ? 200 : 429, { 'content-type': 'application/json' });
        response.end(isAnswered ? ANSWER : REFUSAL);
      }, LATENCY_MS);
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  urlOf(account: string): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('Not listening');
    return `http://127.0.0.1:${address.port}/${account}`;
  }

  /** Calls that were answered, and that got a 429. */
  statsOf(account: string): { readonly answered: number; readonly refused: number } {
    return {
      answered: this.#answered.get(account)?.length ?? 0,
      refused: this.#refused.get(account) ?? 0,
    };
  }

  /** Processes that have sent something. */
  sendersTo(account: string): number {
    return this.#sendersOf(account).size;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #sendersOf(account: string): Set<unknown> {
    const senders = this.#senders.get(account) ?? new Set();
    this.#senders.set(account, senders);
    return senders;
  }

  #admit(account: string, sentAt: number): boolean {
    const { max, windowMs } = this.#allowed;
    const answered = this.#answered.get(account) ?? [];
    this.#answered.set(account, answered);
    const isRoom = answered.filter((at) => at > sentAt - windowMs && at <= sentAt).length < max;
    if (isRoom) answered.push(sentAt);
    else this.#refused.set(account, (this.#refused.get(account) ?? 0) + 1);
    return isRoom;
  }
}
