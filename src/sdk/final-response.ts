const final = new WeakSet<Response>();

/** Marks a response that the SDK must not retry: we have handled it. */
export function markedFinal(response: Response): Response {
  final.add(response);
  return response;
}

export function isFinal(response: Response): boolean {
  return final.has(response);
}
