import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { estimateTokens, warmUp } from '../../src/tokens/estimate.ts';
import { runs } from '../support/runs.ts';
import { chat, claude, responses } from './estimates.ts';
import { anyScript } from './tokenizer/strings.ts';

beforeAll(warmUp);

const SEEDED = { numRuns: runs(700), seed: 1 };
const user = (content: string) => ({ role: 'user', content });
const body = (...contents: readonly string[]) => ({
  model: 'gpt-4o',
  messages: contents.map(user),
});

test('the same call has the same estimate each time', async () => {
  await fc.assert(
    fc.asyncProperty(anyScript, fc.nat(20), async (text, times) => {
      const request = body(text.repeat(times));
      expect(await chat(request)).toEqual(await chat(JSON.parse(JSON.stringify(request))));
      expect(await claude(request)).toEqual(await claude(request));
    }),
    SEEDED,
  );
});

test('a text that goes on with another word or line never costs less', async () => {
  const beginning = anyScript.filter((text) => /\S$/.test(text));
  const separator = fc.constantFrom(' ', '\t');
  await fc.assert(
    fc.asyncProperty(beginning, separator, anyScript, async (text, space, more) => {
      for (const call of [chat, claude]) {
        const [short, long] = await Promise.all([
          call(body(text)),
          call(body(text + space + more)),
        ]);
        expect(long.inputTokens).toBeGreaterThanOrEqual(short.inputTokens);
      }
    }),
    SEEDED,
  );
});

test('one more message, and one more input, never costs less', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyScript), anyScript, async (texts, more) => {
      for (const call of [chat, claude]) {
        const [fewer, all] = await Promise.all([call(body(...texts)), call(body(...texts, more))]);
        expect(all.inputTokens).toBeGreaterThanOrEqual(fewer.inputTokens);
      }
      const embed = (input: readonly string[]) =>
        estimateTokens({ provider: 'openai', path: '/embeddings', body: { input } });
      const [fewer, all] = await Promise.all([embed(texts), embed([...texts, more])]);
      expect(all.inputTokens).toBeGreaterThanOrEqual(fewer.inputTokens);
    }),
    SEEDED,
  );
});

test('whatever is appended takes back no more than the last word', async () => {
  await fc.assert(
    fc.asyncProperty(anyScript, anyScript, async (text, more) => {
      const lastWord = /\S*\s*$/.exec(text)?.[0] ?? '';
      const [kept, long] = await Promise.all([
        chat(body(text.slice(0, text.length - lastWord.length).trimEnd())),
        chat(body(text + more)),
      ]);
      expect(long.inputTokens).toBeGreaterThanOrEqual(kept.inputTokens);
    }),
    SEEDED,
  );
});

const PNG = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk';
const anyImage = fc.constantFrom(PNG, 'https://x.y/z.jpg', 'data:image/png;base64,', '', '\ud800');
const anyModel = fc.constantFrom(
  'gpt-4o',
  'gpt-4o-mini',
  'gpt-5.1',
  'o3',
  'gpt-4',
  'claude-opus-4',
);
const anyRole = fc.constantFrom('user', 'assistant', 'system', 'developer', 'tool');
const aSchema = fc.record({
  type: fc.constant('object'),
  properties: fc.dictionary(anyScript, fc.record({ type: fc.constant('string') })),
});
const named = fc.record({ name: anyScript, description: anyScript, parameters: aSchema });

interface Tool {
  readonly name: string;
  readonly description: string;
  readonly parameters: object;
}

/** How an API writes a request of messages, images and tools. */
interface Writer {
  readonly call: typeof chat;
  readonly key: string;
  readonly image: (url: string) => object;
  readonly text: (text: string) => object;
  readonly tool: (tool: Tool) => object;
}

const WRITERS: Readonly<Record<string, Writer>> = {
  chat: {
    call: chat,
    key: 'messages',
    image: (url) => ({ type: 'image_url', image_url: { url } }),
    text: (text) => ({ type: 'text', text }),
    tool: (tool) => ({ type: 'function', function: tool }),
  },
  responses: {
    call: responses,
    key: 'input',
    image: (image_url) => ({ type: 'input_image', image_url }),
    text: (text) => ({ type: 'input_text', text }),
    tool: (tool) => ({ type: 'function', ...tool }),
  },
  claude: {
    call: claude,
    key: 'messages',
    image: (data) => ({ type: 'image', source: { type: 'base64', data } }),
    text: (text) => ({ type: 'text', text }),
    tool: ({ parameters, ...rest }) => ({ ...rest, input_schema: parameters }),
  },
};

interface Request {
  readonly model: string;
  readonly messages: readonly {
    role: string;
    texts: readonly string[];
    images: readonly string[];
  }[];
  readonly tools: readonly Tool[];
}

const aMessage = fc.record({
  role: anyRole,
  texts: fc.array(anyScript, { maxLength: 2 }),
  images: fc.array(anyImage, { maxLength: 2 }),
});
const anyRequest: fc.Arbitrary<Request> = fc.record({
  model: anyModel,
  messages: fc.array(aMessage, { maxLength: 3 }),
  tools: fc.array(named, { maxLength: 2 }),
});

describe.each(Object.entries(WRITERS))('a request of %s', (_api, writer) => {
  const tokensOf = async ({ model, messages, tools }: Request): Promise<number> => {
    const written = messages.map(({ role, texts, images }) => ({
      role,
      content: [...texts.map(writer.text), ...images.map(writer.image)],
    }));
    const all = tools.length > 0 ? { tools: tools.map(writer.tool) } : {};
    return (await writer.call({ model, [writer.key]: written, ...all })).inputTokens;
  };

  const never = (name: string, more: (request: Request) => fc.Arbitrary<Request>): void =>
    test(name, async () => {
      const both = anyRequest.chain((request) => fc.tuple(fc.constant(request), more(request)));
      await fc.assert(
        fc.asyncProperty(both, async ([request, larger]) => {
          expect(await tokensOf(larger)).toBeGreaterThanOrEqual(await tokensOf(request));
        }),
        SEEDED,
      );
    });

  never('never costs less with one more message', (request) =>
    aMessage.map((message) => ({ ...request, messages: [...request.messages, message] })),
  );

  never('never costs less with one more tool', (request) =>
    named.map((tool) => ({ ...request, tools: [...request.tools, tool] })),
  );

  never('never costs less with one more image', (request) =>
    anyImage.map((image) => ({
      ...request,
      messages: request.messages.map((message) => ({
        ...message,
        images: [...message.images, image],
      })),
    })),
  );
});
