/** What the command exits with. */
export const EXIT = {
  fine: 0,
  /** All was done, but some lines have failed, or can't be used. */
  someFailed: 1,
  /** Arguments, files or a key that can't be used: nothing was sent. */
  usage: 2,
  /** Stopped before the end: the budget, the disk, or the provider. What is recorded stays. */
  stopped: 3,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

/** Ends a command: told to its user, without a stack. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.usage) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * What `make` returns.
 * @throws CommandError with the message of whatever it throws, for options that are checked elsewhere
 */
export function orUsage<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error));
  }
}
