import type { SimulatorProvider } from '../options.ts';
import { anthropic } from './anthropic.ts';
import { azure } from './azure.ts';
import type { Dialect } from './dialect.ts';
import { compatibleDialect, openai } from './openai.ts';

export const dialects: Readonly<Record<SimulatorProvider, Dialect>> = {
  openai,
  azure,
  compatible: compatibleDialect,
  anthropic,
};
