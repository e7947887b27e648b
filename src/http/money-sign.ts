/**
 * When a sign counts.
 *
 * - `always`: nobody says it of a limit over time.
 * - `unwindowed`: unless the error names a limit over a minute, an hour or a day.
 * - `bare`: it is also advice beside an ordinary limit; unless the error names such a limit, or says
 *   how long to wait, or says that a rate is limited.
 */
export type Counts = 'always' | 'unwindowed' | 'bare';

/** What hosts say when nothing passes until somebody pays. */
export interface MoneySign {
  /** Who says it. */
  readonly hosts: string;
  /** Where that was read. GitHub's issues are `owner/repository#number`. */
  readonly source: string;
  readonly counts: Counts;
  /** Codes, types or reasons: lower case, without `_`, `-`, `.` and spaces. */
  readonly codes?: RegExp;
  readonly words?: RegExp;
}
