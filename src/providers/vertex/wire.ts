import { claude } from '../anthropic-protocol.ts';
import type { Wire } from '../definition.ts';

/** Claude on Vertex AI. */
export const wire: Wire = { anthropic: claude };
