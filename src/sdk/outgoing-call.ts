import type { Attempt } from './attempt.ts';
import { withOutput } from './lowered-output.ts';
import type { RequestOptions } from './openai-client.ts';
import type { UsageQuestion } from './usage-habits.ts';

/** One call: the options that are sent for it, and its attempts so far. */
export interface OutgoingCall {
  /** A copy of the caller's options. The SDK's retries reuse it, which is how we recognize them. */
  readonly options: RequestOptions & { body?: unknown };
  /** The caller's body. */
  readonly body: unknown;
  /** Whether we ask for the stream's usage; `undefined` where it is no streamed chat. */
  readonly question: UsageQuestion | undefined;
  /** Its name in events. */
  readonly callId: string;
  /** The current attempt. */
  attempt: Attempt | undefined;
  /** All attempts so far, and those of them that we made without the SDK's knowledge. */
  attempts: number;
  resends: number;
}

/** Sets the body of the attempt: the caller's, or a copy with its output lowered. */
export function lowerOutput({ options, body }: OutgoingCall, { loweredOutput }: Attempt): void {
  if (loweredOutput !== undefined) options.body = withOutput(options.path, body, loweredOutput);
  else if (options.body !== body) options.body = body;
}
