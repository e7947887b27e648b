/** Whether all of `names` are methods of `value`, its own or inherited. */
export function hasMethods(value: object, names: readonly string[]): boolean {
  return names.every((name) => typeof Reflect.get(value, name) === 'function');
}

/** The host of a base URL; the text itself, where it is no URL. */
export function hostOf(baseURL: string): string {
  return URL.canParse(baseURL) ? new URL(baseURL).host : baseURL;
}

/** The host of a base URL without its port. */
export function hostnameOf(baseURL: string): string {
  return URL.canParse(baseURL) ? new URL(baseURL).hostname : baseURL;
}
