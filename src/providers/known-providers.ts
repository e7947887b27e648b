import type { ProviderDefinition } from './definition.ts';
import * as directory from './directory.ts';

/** The providers in the directory, by the names of their folders. */
export type PresetHost = keyof typeof directory;

export const DEFINITIONS: Readonly<Record<PresetHost, ProviderDefinition>> = directory;

export const PRESET_HOSTS: readonly PresetHost[] = Object.keys(DEFINITIONS).filter(isPresetHost);

export function isPresetHost(name: string): name is PresetHost {
  return Object.hasOwn(DEFINITIONS, name);
}
