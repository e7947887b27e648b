import { claude } from '../anthropic-protocol.ts';
import type { Wire } from '../definition.ts';

/** Anthropic itself. */
export const wire: Wire = { anthropic: claude };
