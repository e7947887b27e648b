/**
 * When the streamed chats of a host carry their usage.
 *
 * - `always`: also for those who don't ask with `stream_options.include_usage`.
 * - `asked`: for those who ask, as OpenAI does.
 * - `unknown`: nobody has recorded it.
 */
export type StreamUsage = 'always' | 'asked' | 'unknown';

/**
 * Hosts that were seen to send it unasked (recorded streams, 2026-08 to 2026-10): in the last chunk
 * with choices (Mistral, DeepSeek, Together, Fireworks, Databricks), in every chunk (xAI), in
 * `x_groq` (Groq), or in a chunk of its own (OpenRouter since 2026-03, Hugging Face with Novita).
 */
const ALWAYS: readonly string[] = [
  'openrouter.ai',
  'router.huggingface.co',
  'novita.ai',
  'api.mistral.ai',
  'api.deepseek.com',
  'api.groq.com',
  'api.x.ai',
  'api.together.xyz',
  'api.together.ai',
  'api.fireworks.ai',
  'databricks.com',
  'azuredatabricks.net',
];

/** OpenAI's API reference, "stream_options" (2026-08); Azure follows it. */
const ASKED: readonly string[] = [
  'api.openai.com',
  'openai.azure.com',
  'cognitiveservices.azure.com',
  'services.ai.azure.com',
];

/**
 * What is known of a host. A wrong `always` corrects itself with the first stream without usage.
 *
 * @example
 * streamUsageOf('openrouter.ai') // 'always'
 */
export function streamUsageOf(hostname: string): StreamUsage {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  if (isAmong(ALWAYS, name)) return 'always';
  return isAmong(ASKED, name) ? 'asked' : 'unknown';
}

function isAmong(domains: readonly string[], name: string): boolean {
  return domains.some((domain) => name === domain || name.endsWith(`.${domain}`));
}
