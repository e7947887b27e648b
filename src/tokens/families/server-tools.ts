/**
 * What a provider's own tool adds to the input, by the beginning of its type: its prompt, and what it
 * typically finds. Medians of recorded usage (2025 and 2026); of Anthropic's editor, computer and bash,
 * what its guide says (2026). Single calls differ by a factor of ten, and are learned by call site. The
 * first match counts.
 */
const TYPICAL: readonly (readonly [type: string, tokens: number])[] = [
  ['web_search_preview', 300],
  ['web_search', 8500],
  ['web_fetch', 6900],
  ['code_interpreter', 1500],
  ['code_execution', 4200],
  ['file_search', 1000],
  ['mcp', 1150],
  ['tool_search_tool', 340],
  ['tool_search', 520],
  ['memory_', 1050],
  ['text_editor', 700],
  ['computer_', 735],
  ['bash_', 245],
  ['advisor', 2000],
  ['openrouter:web_search', 2300],
  ['openrouter:advisor', 850],
];

/** Tools of another server, whose definitions the provider fetches itself. */
export const MCP_SERVER_TOKENS = 1150;

export function serverToolTokens(type: unknown): number {
  if (typeof type !== 'string') return 0;
  return TYPICAL.find(([beginning]) => type.startsWith(beginning))?.[1] ?? 0;
}
