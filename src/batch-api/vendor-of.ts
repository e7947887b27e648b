import { field, member } from '../model/json.ts';
import { expected } from '../validate.ts';
import { type AnthropicBatchClient, AnthropicVendor } from './anthropic-vendor.ts';
import { type OpenAIBatchClient, OpenAIVendor } from './openai-vendor.ts';
import type { BatchVendor } from './vendor.ts';

/**
 * The Batch API behind a client of either SDK.
 * @throws TypeError for a client that has none
 */
export function vendorOf(client: object): BatchVendor {
  if (isOpenAI(client)) return new OpenAIVendor(client);
  if (isAnthropic(client)) return new AnthropicVendor(client);
  throw expected('client', 'a client of `openai` or `@anthropic-ai/sdk` with batches', client);
}

function isOpenAI(client: object): client is OpenAIBatchClient {
  const hasFiles = typeof field(field(client, 'files'), 'content') === 'function';
  return hasFiles && typeof field(field(client, 'batches'), 'create') === 'function';
}

function isAnthropic(client: object): client is AnthropicBatchClient {
  return typeof field(member(client, 'messages', 'batches'), 'create') === 'function';
}
