import { inspect } from 'node:util';

/** What a user would not like to find in a log. */
export const SECRETS = {
  apiKey: 'sk-planted-key-1f7e',
  prompt: 'planted-prompt-93ab',
  user: 'planted-user-c04d',
};

/** Looks for secrets in whatever is told. */
export class Watch {
  readonly #found = new Set<string>();

  get leaks(): string[] {
    return [...this.#found];
  }

  look(where: string, told: unknown): void {
    for (const [name, secret] of Object.entries(SECRETS)) {
      // Events and snapshots tell the user's key, as documented.
      const isTold = name === 'user' && where !== 'error';
      if (!isTold && says(told, secret)) this.#found.add(`${name} in ${where}`);
    }
  }
}

function says(told: unknown, secret: string): boolean {
  if (told instanceof Error) {
    const { message, stack } = told;
    return [message, stack, json(told)].some((text) => text?.includes(secret));
  }
  if (typeof told === 'string') return told.includes(secret);
  return `${json(told)}${inspect(told)}`.includes(secret);
}

/** An error's own fields hold what its caller has passed: what counts is what is written of it. */
function json(value: unknown): string {
  try {
    const method = (value as { toJSON?: () => unknown }).toJSON;
    if (value instanceof Error && typeof method !== 'function') return '';
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}
