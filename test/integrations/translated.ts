import {
  countMember,
  elementsOf,
  field,
  member,
  parseJson,
  textField,
} from '../../src/model/json.ts';
import type { Fetch } from '../sdk/sdks.ts';

/** How another API says what a chat of OpenAI's says. */
export interface ForeignWire {
  /** Its body as that of a chat, and whether it asks for a stream. */
  chat(
    path: string,
    body: unknown,
    headers: Headers,
  ): { readonly body: object; readonly isStream: boolean };
  answer(text: string, usage: Usage): object;
  readonly stream: ForeignStream;
  error(message: string): object;
}

/** Its stream, as events. */
export interface ForeignStream {
  /** Its content type. */
  readonly type: string;
  encode(event: object): Uint8Array;
  readonly begin: readonly object[];
  piece(text: string): object;
  /** `text`: all of it, again. */
  end(text: string, usage: Usage): readonly object[];
}

export interface Usage {
  readonly input: number;
  readonly output: number;
}

const STREAM = { stream: true, stream_options: { include_usage: true } };

/** Lets a simulator that speaks OpenAI's API answer in another one: its limits are the same. */
export function translated(wire: ForeignWire): (fetch: Fetch) => Fetch {
  return (fetch) => async (input, init) => {
    const request = new Request(input, init);
    const { origin, pathname } = new URL(request.url);
    const { body, isStream } = wire.chat(
      pathname,
      parseJson(await request.text()),
      request.headers,
    );
    const response = await fetch(`${origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, ...(isStream && STREAM) }),
      signal: request.signal,
    });
    const { status, headers } = response;
    if (isStream && response.ok && response.body !== null) {
      const events = response.body.pipeThrough(new TextDecoderStream());
      const stream = events.pipeThrough(retold(wire.stream));
      return new Response(stream, { headers: { 'content-type': wire.stream.type } });
    }
    const json: unknown = await response.json();
    if (!response.ok) return Response.json(wire.error('Refused'), { status, headers });
    const [choice] = elementsOf(member(json, 'choices'));
    const text = textField(field(choice, 'message'), 'content');
    return Response.json(wire.answer(text, usageIn(json)));
  };
}

function usageIn(json: unknown): Usage {
  return {
    input: countMember(json, 'usage', 'prompt_tokens') ?? 0,
    output: countMember(json, 'usage', 'completion_tokens') ?? 0,
  };
}

/** The events of a streamed chat as those of another API, each as it comes. */
function retold({ begin, piece, end, encode }: ForeignStream): TransformStream<string, Uint8Array> {
  let rest = '';
  let whole = '';
  const told = (json: unknown): readonly object[] => {
    if (countMember(json, 'usage', 'prompt_tokens') !== undefined) return end(whole, usageIn(json));
    const [choice] = elementsOf(member(json, 'choices'));
    const text = textField(field(choice, 'delta'), 'content');
    whole += text;
    return text === '' ? [] : [piece(text)];
  };
  return new TransformStream({
    start(sink) {
      for (const event of begin) sink.enqueue(encode(event));
    },
    transform(characters, sink) {
      const blocks = (rest + characters).split('\n\n');
      rest = blocks.pop() ?? '';
      const events = blocks.flatMap((block) => told(parseJson(block.slice('data: '.length))));
      for (const event of events) sink.enqueue(encode(event));
    },
  });
}
