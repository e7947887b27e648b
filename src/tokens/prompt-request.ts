/** A call whose input is counted. */
export interface PromptRequest {
  readonly provider: string;
  readonly path: string;
  readonly body: unknown;
}
