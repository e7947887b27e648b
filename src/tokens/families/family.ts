import type { DocumentForm } from '../document-tokens.ts';
import type { ImageSize } from '../image-size.ts';

/** How a model reads the functions of a call. */
export interface ToolForm {
  /** As a TypeScript namespace, or as the JSON of the request. */
  readonly form: 'typescript' | 'json';
  /** Tokens around all of them: what tells the model how to call. */
  readonly around: number;
  /** Instead, where a function must be called. */
  readonly aroundForced?: number | undefined;
  /** As TypeScript: whether titles of properties are comments. @default false */
  readonly showsTitles?: boolean | undefined;
  /** Tokens around each. @default 0 */
  readonly each?: number | undefined;
  /** The model's tokens for each token of that JSON as it is sent. @default 1 */
  readonly times?: number | undefined;
  /** Names and descriptions are text, and only the parameters JSON. */
  readonly isApart?: boolean | undefined;
  /** With `tool_choice: 'none'`, the model isn't shown any. */
  readonly areHidden?: boolean | undefined;
}

/** How a model reads the JSON schema of its reply. */
export interface SchemaForm {
  /** Tokens around it. */
  readonly around: number;
  /** The model's tokens for each token of its JSON. */
  readonly times: number;
  /** Whether it has the schema's name above it, and descriptions. */
  readonly isNamed: boolean;
  /** Annotations that the model isn't shown. */
  readonly without: readonly string[];
}

/** Tokens that the model reads around the text of a chat request. */
export interface ChatFamily {
  /** Before the first message: what the provider or the template always says. */
  readonly start: number;
  /** A system prompt of its own, where the request has none. */
  readonly ownSystem: number;
  readonly perMessage: number;
  /** Whether the name of a message's role comes on top of that. */
  readonly readsRole: boolean;
  /** What a message of the model costs more than others. */
  readonly perAnswer: number;
  readonly perName: number;
  /** The start of the reply. */
  readonly reply: number;
  /** A call of a function, and its result, besides their messages, names, arguments and texts. */
  readonly perCall: number;
  readonly perResult: number;
  /** Around the calls of a message that has several. @default 0 */
  readonly parallel?: number | undefined;
  readonly tools: ToolForm;
  readonly schema: SchemaForm;
  /** Encrypted reasoning that is sent back: tokens for each character beyond the first ones. */
  readonly encrypted: {
    readonly perCharacter: number;
    readonly free: number;
    /** Whether the model still reads it after a further message of the user. */
    readonly isKept: boolean;
  };
  /** When the call asks for reasoning. */
  readonly reasoning: number;
  /** Whether `<think>…</think>` of earlier answers is left out. */
  readonly dropsThoughts: boolean;
  /** Images by squares of this edge in pixels, where they aren't counted by OpenAI's rules. */
  readonly imageSquare?: number | undefined;
  /** Images by a rule of their own. */
  readonly imageTokens?: ((size: ImageSize) => number) | undefined;
  /** Sound by started blocks, where it isn't counted by OpenAI's rule. */
  readonly heard?: { readonly seconds: number; readonly tokens: number } | undefined;
  /** Documents, where they aren't counted as OpenAI does. */
  readonly documents?: DocumentForm | undefined;
}

/** What is known of the models whose names match. */
export interface FamilyRow {
  readonly models: RegExp;
  readonly family: ChatFamily | ((model: string) => ChatFamily);
  /** What differs in the Responses API. */
  readonly responses?: Partial<ChatFamily> | undefined;
  /** What differs in Chat Completions of other hosts than OpenAI's, which call its Responses API. */
  readonly elsewhere?: Partial<ChatFamily> | undefined;
}
