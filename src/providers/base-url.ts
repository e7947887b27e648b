/** The host of a base URL, with its port; the text itself, if it isn't a URL. */
export function hostOf(baseURL: string): string {
  return URL.canParse(baseURL) ? new URL(baseURL).host : baseURL;
}

/** The host of a base URL, without its port. */
export function hostnameOf(baseURL: string): string {
  return URL.canParse(baseURL) ? new URL(baseURL).hostname : baseURL;
}
