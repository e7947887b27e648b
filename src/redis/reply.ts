/** The code of an error that the server itself has answered, also where it came up in a script. */
const CODE = /^(?:.*@user_script: ?\d+: -?)?([A-Z]{2,})(?: |$)/;

/** The first word of an error reply, like `NOSCRIPT`; `undefined` for any other failure. */
export function replyCode(error: unknown): string | undefined {
  return error instanceof Error ? CODE.exec(error.message)?.[1] : undefined;
}

/** Sends a script by its name, and where the server doesn't know it, by its text. */
export async function byNameOrText(
  byName: Promise<unknown>,
  byText: () => Promise<unknown>,
): Promise<unknown> {
  try {
    return await byName;
  } catch (error) {
    if (replyCode(error) !== 'NOSCRIPT') throw error;
    return byText();
  }
}
