import { anthropicImageSizeTokens } from '../anthropic-images.ts';
import { claudeFamily } from '../claude-family.ts';
import { CLAUDE_DOCUMENTS } from '../document-tokens.ts';
import type { ChatFamily, FamilyRow } from './family.ts';
import { PLAIN } from './plain.ts';

/** Claude behind OpenAI's protocol: the same prompts as at Anthropic. */
export const CLAUDE_CHAT: readonly FamilyRow[] = [{ models: /claude/, family: claudeChat }];

/** Hosts offer the schema as a tool where the model has no other way (recorded, 2025). */
const EMULATED = 43;

function claudeChat(model: string): ChatFamily {
  const claude = claudeFamily(model);
  const { tools, forcedTools, perTool, jsonTimes, schemaTimes, perMessage, perCall } = claude;
  return {
    ...PLAIN,
    start: claude.frame - perMessage,
    perMessage,
    perCall,
    tools: {
      form: 'json',
      around: tools,
      aroundForced: forcedTools,
      each: perTool,
      times: jsonTimes,
      isApart: true,
    },
    schema:
      claude.format === undefined
        ? { ...PLAIN.schema, around: forcedTools + EMULATED, times: jsonTimes }
        : { ...PLAIN.schema, around: claude.format, times: schemaTimes },
    reasoning: claude.thinking,
    imageTokens: (size) => anthropicImageSizeTokens(size, claude),
    documents: CLAUDE_DOCUMENTS,
  };
}
