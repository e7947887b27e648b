/**
 * Loaded first in a process that sends to OpenAI: its requests go to the server at `OPENAI_AT`, and
 * at its end, the most memory that it had, in bytes, is written to the file `PEAK_FILE`.
 */
import { writeFileSync } from 'node:fs';

const { OPENAI_AT = '', PEAK_FILE = '' } = process.env;
const { fetch } = globalThis;

globalThis.fetch = (input, init) => {
  const { hostname, pathname } = new URL(input instanceof Request ? input.url : input);
  if (hostname !== 'api.openai.com') throw new Error(`Nothing is to be sent to ${hostname}`);
  return fetch(OPENAI_AT + pathname, init);
};

process.once('exit', () => {
  writeFileSync(PEAK_FILE, String(process.resourceUsage().maxRSS * 1024));
});
