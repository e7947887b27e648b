/** A Lua script, and the name by which a server that has seen it knows it. */
export class LuaScript {
  readonly text: string;
  #sha: Promise<string> | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** The SHA-1 of the text, in hexadecimal. */
  sha(): Promise<string> {
    this.#sha ??= sha1(this.text);
    return this.#sha;
  }
}

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
