import type { Simulator } from '../../src/testing/index.ts';

/** A text that counts as `tokens` by the simulator's rule. */
export function textOf(tokens: number): string {
  return 'abcd'.repeat(tokens);
}

/** A chat request of so many tokens, sent without any SDK. */
export function sendChat(
  simulator: Simulator,
  tokens: number,
  extra: Record<string, unknown> = {},
  init: RequestInit = {},
): Promise<Response> {
  const body = { model: 'gpt-4o', messages: [{ role: 'user', content: textOf(tokens) }], ...extra };
  return simulator.fetch('https://api.openai.com/v1/chat/completions', {
    method: 'POST',
    body: JSON.stringify(body),
    ...init,
  });
}

export function sendMessage(
  simulator: Simulator,
  tokens: number,
  extra: Record<string, unknown> = {},
): Promise<Response> {
  const messages = [{ role: 'user', content: textOf(tokens) }];
  return simulator.fetch('https://api.anthropic.com/v1/messages', {
    method: 'POST',
    body: JSON.stringify({ model: 'claude-sonnet-5', max_tokens: 16, messages, ...extra }),
  });
}

/** Everything that a stream yields. */
export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
