import type { ChatFamily } from './family.ts';
import { PUBLISHED } from './openai.ts';

/**
 * What models share whose chat templates are public, or whose counts show no more. Numbers of the
 * families: from those templates, and fitted to recorded usage (2025 and 2026).
 */
export const PLAIN: ChatFamily = {
  ...PUBLISHED,
  perMessage: 0,
  readsRole: false,
  reply: 0,
  perCall: 10,
  perResult: 0,
  parallel: 0,
  tools: { form: 'json', around: 60 },
  schema: { around: 10, times: 1, isNamed: false, without: [] },
};
