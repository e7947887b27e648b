/** One server-sent event with JSON data, as it goes over the wire. */
export function sseEvent(data: unknown, event?: string): string {
  const name = event === undefined ? '' : `event: ${event}\n`;
  return `${name}data: ${JSON.stringify(data)}\n\n`;
}

/** What ends a stream of OpenAI's chat completions. */
export const SSE_DONE = 'data: [DONE]\n\n';
