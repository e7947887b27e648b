import type { Weights } from './tokenizer/tokens-by-script.ts';

/** What is known about the tokens of a family of Claude models. */
export interface ClaudeFamily {
  /** Claude's tokens for each `o200k_base` token, by script. */
  readonly weights: Weights;
  /** Around a request with one message. */
  readonly frame: number;
  /** Images are scaled down to this long edge in pixels, and to this many tokens. */
  readonly maxImageEdge: number;
  readonly maxImageTokens: number;
  /** Whether the thinking of earlier turns stays in the context. */
  readonly keepsThinking: boolean;
  /** Tokens that tools add: with `tool_choice` auto or none, and with a forced tool. */
  readonly tools: number;
  readonly forcedTools: number;
  /** What a message after the first adds to its text. */
  readonly perMessage: number;
  /** Around each tool; a use of one and its result, besides names, input and text. */
  readonly perTool: number;
  readonly perCall: number;
  /** Claude's tokens for each of its own, in the JSON schema of a tool as it is sent, and in that of a reply. */
  readonly jsonTimes: number;
  readonly schemaTimes: number;
  /** Around the schema of a reply, from 4.5 on; what asks it to think, with a budget or as it sees fit. */
  readonly format: number | undefined;
  readonly thinking: number;
  readonly adaptiveThinking: number;
  /** What explains how to cite documents. */
  readonly citations: number;
}

/**
 * From Opus 4.7 and the 5 series on there is another tokenizer: "approximately 30 percent more
 * tokens" (Anthropic, 2026), and about as many as before outside Latin script. There is no public
 * tokenizer for either: the weights come from published counts and a proxy vocabulary (2026-11);
 * those for Hangul and other scripts are not confirmed.
 */
const SAME_IN_BOTH = { han: 1.45, kana: 1.45, hangul: 1.9, cyrillic: 2.1, other: 2.1 };
const OLDER_WEIGHTS: Weights = { ...SAME_IN_BOTH, words: 1.08, symbols: 1.15, pictures: 1.15 };
const NEWER_WEIGHTS: Weights = { ...SAME_IN_BOTH, words: 1.5, symbols: 1.2, pictures: 1.2 };

/** Around a schema (recorded usage, 2025-11 to 2026-08). */
const SCHEMA_TOKENS = 98;

type Generation = Omit<ClaudeFamily, 'tools' | 'forcedTools' | 'format'>;

/** Fitted to recorded usage (2025-04 to 2026-08). */
const RECORDED = {
  perMessage: 3,
  perTool: 18,
  perCall: 48,
  jsonTimes: 1.3,
  schemaTimes: 1.75,
  citations: 580,
};

const OLDER: Generation = {
  ...RECORDED,
  thinking: 28,
  adaptiveThinking: 15,
  weights: OLDER_WEIGHTS,
  frame: 6,
  maxImageEdge: 1568,
  maxImageTokens: 1568,
  keepsThinking: false,
};

/** Frames: 7 for Claude 3 to 4.6, of which rounding up makes one; 11 for 4.7, 6 for 4.8 and the 5 series (ctok 1.2, 2026; recorded usage). */
const NEWER: Generation = {
  ...RECORDED,
  perTool: 33,
  perCall: 70,
  citations: 775,
  jsonTimes: 1.05,
  schemaTimes: 2,
  thinking: 0,
  adaptiveThinking: 0,
  weights: NEWER_WEIGHTS,
  frame: 6,
  maxImageEdge: 2576,
  maxImageTokens: 4784,
  keepsThinking: true,
};

/**
 * By family and version; the first match counts. Source:
 * https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview (2026-09). The
 * number for a forced tool with Opus 5.5 isn't published; it is the one of Opus 5. Those of Sonnet 4
 * and Fable 5 are recorded (2025-08 and 2026-08).
 */
const TOOLS: readonly (readonly [model: RegExp, tools: number, forced: number])[] = [
  [/^(?:opus|fable)-5/, 286, 406],
  [/^opus-4\.8/, 290, 410],
  [/^opus-4\.7/, 675, 804],
  [/^(?:opus|sonnet)-4\.6/, 497, 589],
  [/^(?:opus|sonnet|haiku)-4\.5/, 496, 588],
  [/^opus-4\.[01]/, 313, 315],
  [/^sonnet-4\.0/, 313, 315],
  [/^opus-3/, 530, 281],
  [/^sonnet-3\.7/, 346, 313],
  [/^[a-z]+-3/, 264, 355],
  [/^/, 354, 474], // Sonnet 5 and unknown models
];

/** The family of a model by its name, `claude-opus-4-7` or `claude-3-5-haiku-latest`. */
export function claudeFamily(model: string): ClaudeFamily {
  const { line, version } = lineAndVersion(model);
  const name = `${line}-${version.toFixed(1)}`;
  const [, tools, forcedTools] = TOOLS.find(([fits]) => fits.test(name)) ?? [/^/, 354, 474];
  const format = version < 4.5 ? undefined : SCHEMA_TOKENS;
  return { ...generation(line, version), tools, forcedTools, format };
}

function generation(line: string, version: number): Generation {
  if (version >= 5) return NEWER;
  if (line === 'opus' && version >= 4.7) return version < 4.8 ? { ...NEWER, frame: 11 } : NEWER;
  return OLDER;
}

/** A model without a readable version is treated as one of the newest. */
const NEWEST_VERSION = 5.5;

function lineAndVersion(model: string): { line: string; version: number } {
  const before = /(\d)(?:[-.](\d))?-(opus|sonnet|haiku)/.exec(model);
  if (before !== null) {
    return { line: before[3] ?? '', version: Number(`${before[1]}.${before[2] ?? 0}`) };
  }
  const after = /([a-z]+)-(\d)(?!\d)(?:[-.](\d)(?!\d))?/.exec(model);
  if (after === null) return { line: /[a-z]+$/.exec(model)?.[0] ?? '', version: NEWEST_VERSION };
  return { line: after[1] ?? '', version: Number(`${after[2]}.${after[3] ?? 0}`) };
}
