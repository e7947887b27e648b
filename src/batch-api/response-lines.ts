/** The lines of a response, of which only some are in memory at a time. Empty ones are left out. */
export async function* linesIn({ body }: Response): AsyncGenerator<string, void> {
  if (body === null) return;
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield line;
  }
  const last = rest + decoder.decode();
  if (last.trim() !== '') yield last;
}
