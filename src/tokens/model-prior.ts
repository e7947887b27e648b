import { FamilyCalibration, type SavedFamily } from './calibration/family-calibration.ts';
import type { Prior } from './calibration/prior.ts';
import type { AssumedWeights } from './calibration/script-weights.ts';
import { claudeFamily } from './claude-family.ts';
import { UNWEIGHTED, uniformWeights, weightList } from './tokenizer/tokens-by-script.ts';

/**
 * Gemini uses 1.08 to 1.11 tokens for each of o200k_base (ai-tokenizer 1.0.6, 2025-12), of English
 * prose as many (recorded usage, 2026).
 */
const GEMINI_WEIGHTS = weightList({ ...uniformWeights(1.1), words: 1, symbols: 1 });
const COUNTED = weightList(UNWEIGHTED);

/** Vocabularies differ by up to a half, and more in some scripts than in others. */
const UNKNOWN = { sharedSpread: 0.2, ownSpread: 0.25, begin: beginFamily };
const PUBLISHED = { sharedSpread: 0.02, ownSpread: 0.02, begin: beginFamily };

/** OpenAI's models with a public vocabulary. From gpt-5.6 on, none has been named. */
const PUBLISHED_MODELS =
  /^(?:gpt-(?:3\.5|35|4|oss)|gpt-5(?:\.[0-5])?(?:-|$)|o\d|chatgpt|text-embedding-|davinci-|babbage-)/;

/** The assumed ratio of a model's tokens to counted ones, before its first response. */
export function priorOf(provider: string, model: string): Prior {
  if (provider === 'anthropic' || model.includes('claude')) {
    return { weights: weightList(claudeFamily(model).weights), ...UNKNOWN };
  }
  if (model.startsWith('gemini')) return { weights: GEMINI_WEIGHTS, ...UNKNOWN };
  return { weights: COUNTED, ...(PUBLISHED_MODELS.test(model) ? PUBLISHED : UNKNOWN) };
}

function beginFamily(prior: AssumedWeights, saved?: SavedFamily): FamilyCalibration {
  return new FamilyCalibration(prior, saved);
}
