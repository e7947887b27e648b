import { beforeAll, expect, test } from 'vitest';
import { estimateTokens, warmUp } from '../../src/tokens/estimate.ts';
import { chat, claude } from './estimates.ts';
import { pngDataUrl } from './image-headers.ts';

beforeAll(warmUp);

const CLAUDE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const schema = { type: 'object', properties: { place: { type: 'string' } } };
const [, picture = ''] = pngDataUrl(300, 200).split(',');

async function converse(model: string, body: unknown, method = 'converse'): Promise<number> {
  const path = `/model/${encodeURIComponent(model)}/${method}`;
  return (await estimateTokens({ provider: 'compatible', path, body })).inputTokens;
}

test('Claude costs at Bedrock what it does at Anthropic', async () => {
  const body = {
    system: [{ text: 'Be brief.' }, { cachePoint: { type: 'default' } }],
    messages: [
      {
        role: 'user',
        content: [
          { text: 'What is this?' },
          { image: { format: 'png', source: { bytes: picture } } },
          { document: { format: 'txt', name: 'a', source: { text: 'A river.' } } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { reasoningContent: { reasoningText: { text: 'It may be a river.' } } },
          { toolUse: { toolUseId: '1', name: 'find', input: { place: 'here' } } },
        ],
      },
      {
        role: 'user',
        content: [{ toolResult: { toolUseId: '1', content: [{ text: 'a' }, { json: { b: 1 } }] } }],
      },
    ],
    toolConfig: {
      tools: [
        { toolSpec: { name: 'find', description: 'Find it', inputSchema: { json: schema } } },
      ],
      toolChoice: { any: {} },
    },
    additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1024 } },
    outputConfig: {
      textFormat: {
        type: 'json_schema',
        structure: { jsonSchema: { schema: JSON.stringify(schema) } },
      },
    },
  };
  const same = {
    model: 'claude-sonnet-4-5',
    system: 'Be brief.',
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture } },
          { type: 'document', source: { type: 'text', data: 'A river.' } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'It may be a river.' },
          { type: 'tool_use', name: 'find', input: { place: 'here' } },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            content: [
              { type: 'text', text: 'a' },
              { type: 'text', text: '{"b":1}' },
            ],
          },
        ],
      },
    ],
    tools: [{ name: 'find', description: 'Find it', input_schema: schema }],
    tool_choice: { type: 'any' },
    thinking: { type: 'enabled' },
    output_config: { format: { type: 'json_schema', schema } },
  };
  const { inputTokens } = await claude(same);
  expect(await converse(CLAUDE, body)).toBe(inputTokens);
  expect(await converse(CLAUDE, same, 'invoke')).toBe(inputTokens);
  const arn = `arn:aws:bedrock:us-east-1:1:inference-profile/${CLAUDE}`;
  expect(await converse(arn, body)).toBe(inputTokens);
});

test('other models cost what they do in a chat', async () => {
  const messages = [
    { role: 'user', content: [{ text: 'Where is it?' }] },
    { role: 'assistant', content: [{ toolUse: { name: 'find', input: { place: 'here' } } }] },
    { role: 'user', content: [{ toolResult: { content: [{ text: 'There.' }] } }] },
  ];
  const toolConfig = { tools: [{ toolSpec: { name: 'find', inputSchema: { json: schema } } }] };
  const call = { function: { name: 'find', arguments: '{"place":"here"}' } };
  const { inputTokens } = await chat({
    model: 'mistral-large',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Where is it?' },
      { role: 'assistant', tool_calls: [call] },
      { role: 'tool', content: 'There.' },
    ],
    tools: [{ type: 'function', function: { name: 'find', parameters: schema } }],
  });
  const body = { system: [{ text: 'Be brief.' }], messages, toolConfig };
  expect(await converse('mistral.mistral-large-2402-v1:0', body)).toBe(inputTokens);
});

test('a schema costs nothing there, and tools of Llama less than elsewhere', async () => {
  const messages = [{ role: 'user', content: [{ text: 'Where is it?' }] }];
  const jsonSchema = { name: 'a', schema: JSON.stringify(schema) };
  const outputConfig = { textFormat: { type: 'json_schema', structure: { jsonSchema } } };
  const model = 'qwen.qwen3-32b-v1:0';
  expect(await converse(model, { messages, outputConfig })).toBe(
    await converse(model, { messages }),
  );
  const tools = [{ type: 'function', function: { name: 'find', parameters: schema } }];
  const elsewhere = await chat({ model: 'llama-4-scout', messages: [], tools });
  const toolConfig = { tools: [{ toolSpec: { name: 'find', inputSchema: { json: schema } } }] };
  const here = await converse('meta.llama4-scout-v1:0', { messages: [], toolConfig });
  expect(elsewhere.inputTokens - here).toBe(590);
});

test('Nova begins with a prompt of its own, and has its words for tools', async () => {
  const messages = [{ role: 'user', content: [{ text: 'The quick brown fox' }] }];
  expect(await converse('amazon.nova-micro-v1:0', { messages })).toBe(4);
  expect(await converse('us.amazon.nova-2-lite-v1:0', { messages })).toBe(44 + 2 + 4);
});
