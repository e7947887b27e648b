import { CHAT, MESSAGE } from '../sdk/sdks.ts';

/** Whose wire, and whether the call asks for a stream. */
export interface Form {
  readonly wire: 'openai' | 'anthropic';
  readonly isStream: boolean;
}

export const FORMS: readonly Form[] = [
  { wire: 'openai', isStream: false },
  { wire: 'openai', isStream: true },
  { wire: 'anthropic', isStream: false },
  { wire: 'anthropic', isStream: true },
];

export function nameOf({ wire, isStream }: Form): string {
  return `${wire === 'openai' ? 'OpenAI' : 'Anthropic'}, ${isStream ? 'stream' : 'JSON'}`;
}

/** Anthropic's figures; OpenAI's are made from them. */
export interface Figures {
  readonly input: unknown;
  readonly output: unknown;
}

export const FIGURES: Figures = { input: 10, output: 1 };

/** What a form's well answer says, as one JSON text or as the events of a stream. */
export function answerText(
  form: Form,
  asked: string,
  figures: Figures | undefined = FIGURES,
): string {
  return form.isStream
    ? eventsOf(form, asked, figures).join('')
    : JSON.stringify(body(form, figures));
}

/** The blocks of a stream, each with the blank line at its end. */
export function eventsOf(form: Form, asked: string, figures: Figures | undefined): string[] {
  if (form.wire === 'anthropic') return messageEvents(figures);
  const wantsUsage = asked.includes('"include_usage":true');
  const delta = { index: 0, delta: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' };
  const usage =
    wantsUsage && figures !== undefined ? [chunk([], { usage: openaiUsage(figures) })] : [];
  // Where usage is asked for, all other chunks have the field as well.
  return [chunk([delta], wantsUsage ? { usage: null } : {}), ...usage, 'data: [DONE]\n\n'];
}

export function event(data: unknown, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}

export function errorBody({ wire }: Form, error: object): object {
  return wire === 'anthropic' ? { type: 'error', error } : { error };
}

function body({ wire }: Form, figures: Figures | undefined): object {
  if (wire === 'anthropic') {
    const content = [{ type: 'text', text: 'hi' }];
    return { ...MESSAGE_FRAME, content, stop_reason: 'end_turn', usage: claudeUsage(figures) };
  }
  const message = { role: 'assistant', content: 'hi' };
  const choices = [{ index: 0, message, finish_reason: 'stop' }];
  const usage = figures === undefined ? undefined : openaiUsage(figures);
  return { id: 'c', object: 'chat.completion', created: 0, model: CHAT.model, choices, usage };
}

const MESSAGE_FRAME = {
  id: 'm',
  type: 'message',
  role: 'assistant',
  model: MESSAGE.model,
  content: [],
  stop_reason: null,
  stop_sequence: null,
};

function messageEvents(figures: Figures | undefined): string[] {
  const usage = claudeUsage(figures);
  const start = { ...MESSAGE_FRAME, usage: usage && { ...usage, output_tokens: 1 } };
  const end = { stop_reason: 'end_turn', stop_sequence: null };
  const events = [
    { type: 'message_start', message: start },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hi' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: end, usage: usage && { output_tokens: usage.output_tokens } },
    { type: 'message_stop' },
  ];
  return events.map((each) => event(each, each.type));
}

function chunk(choices: unknown[], more: object): string {
  const frame = { id: 'c', object: 'chat.completion.chunk', created: 0, model: CHAT.model };
  return event({ ...frame, choices, ...more });
}

function openaiUsage({ input, output }: Figures): object {
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input };
}

function claudeUsage(figures: Figures | undefined) {
  return figures && { input_tokens: figures.input, output_tokens: figures.output };
}
