/** Runs one script on the server; rejects where no answer came. */
export type ScriptRunner = (keys: readonly string[], input: string) => Promise<unknown>;
