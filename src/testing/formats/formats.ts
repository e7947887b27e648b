import type { Operation } from '../call.ts';
import { chat } from './chat.ts';
import { embeddings } from './embeddings.ts';
import type { Format } from './format.ts';
import { messages } from './messages.ts';
import { responses } from './responses.ts';

export const formats: Readonly<Record<Operation, Format>> = {
  chat,
  responses,
  embeddings,
  messages,
};
