import type { ProviderDefinition } from './definition.ts';
import * as directory from './directory.ts';
import type { PresetHost } from './host.ts';

/** What is known of each provider. */
export const DEFINITIONS: Readonly<Record<PresetHost, ProviderDefinition>> = directory;
