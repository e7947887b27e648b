/**
 * Statuses whose body may say that a limit refused the call. 402: OpenRouter's credits. 403: quotas
 * of Azure API Management, Google and other gateways. 408, 500 and above: hosts and gateways that
 * have no 429. 413 and 498: Groq. 420: Twitter's "Enhance your calm". SDKs retry neither 400 nor 401,
 * so that there is nothing to decide about money under these.
 */
const REFUSING: readonly number[] = [402, 403, 408, 413, 420, 429, 498];

/** Whether a response with that status must be read to know if it is a refusal. */
export function mayRefuse(status: number): boolean {
  return REFUSING.includes(status) || (status >= 500 && status <= 599);
}
