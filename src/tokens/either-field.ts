import { field } from '../model/json.ts';

/** Google takes names in camel case and in snake case alike. */
export function eitherField(value: unknown, name: string): unknown {
  return field(value, name) ?? field(value, snakeCase(name));
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
