import type { nativeParts } from './native-prompts.ts';

let parts: typeof nativeParts | undefined;

/** The code for the APIs of `NativeApi`; `undefined` until it is loaded. */
export function nativePartsNow(): typeof nativeParts | undefined {
  return parts;
}

export async function loadNativePrompts(): Promise<void> {
  ({ nativeParts: parts } = await import('./native-prompts.ts'));
}
