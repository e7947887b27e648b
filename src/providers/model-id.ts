/** No id is longer. The limit keeps every match cheap. */
const LONGEST_ID = 256;

/** `ft:gpt-4o-mini:org::id` is made from `gpt-4o-mini`, and shares its limits. */
const FINE_TUNED = /^ft:([^:]*)/;
/** `us.anthropic.`, `openai.`: where and by whom, on Bedrock; no version has only letters. */
const DOTTED_VENDOR = /^(?:[a-z][a-z-]*\.)+(?=[a-z])/;

/**
 * A model's id as our tables write it: lower case, without path, vendor and region; of a fine-tuned
 * model, its base. Claude's versions are written with hyphens, as Anthropic does. Never throws.
 *
 * @example
 * modelId('us.anthropic.claude-opus-4-5-20251101-v1:0') // 'claude-opus-4-5-20251101-v1:0'
 * modelId('anthropic/claude-opus-4.5') // 'claude-opus-4-5'
 */
export function modelId(model: string): string {
  const whole = model.slice(0, LONGEST_ID).trim().toLowerCase();
  const base = FINE_TUNED.exec(whole)?.[1] ?? whole;
  const bare = base.slice(base.lastIndexOf('/') + 1).replace(DOTTED_VENDOR, '');
  return bare.startsWith('claude') ? bare.replaceAll('.', '-') : bare;
}

/** What may follow a model's name in the id of the same model. */
const BOUNDARY = /^(?:$|[-:@])/;

/**
 * Whether an id begins with a model's name as a whole: `gpt-5-codex` does with `gpt-5`, but
 * `gpt-5.9` and `gpt-50` are other models. Every id begins with `''`.
 */
export function beginsWith(id: string, name: string): boolean {
  return name === '' || (id.startsWith(name) && BOUNDARY.test(id.slice(name.length)));
}

/** A date, a version or `latest`: `-2024-08-06`, `@20251101`, `-0613`, `-latest`, `-v1:0`. */
const SNAPSHOT = /^(?:[-@](?:\d{4}-\d{2}-\d{2}|\d{8}|\d{3,4}|latest))?(?:-v\d+)?(?::\d+)?$/;

/** Whether an id is the model of this name, or a snapshot of it, and no other model. */
export function isSnapshotOf(id: string, name: string): boolean {
  return beginsWith(id, name) && SNAPSHOT.test(id.slice(name.length));
}

/** The longest of the matching names. */
export function longestName(
  names: readonly string[],
  fits: (name: string) => boolean,
): string | undefined {
  return names.reduce<string | undefined>(
    (best, name) => (fits(name) && name.length >= (best?.length ?? 0) ? name : best),
    undefined,
  );
}
