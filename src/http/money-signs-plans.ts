import type { MoneySign } from './money-sign.ts';

/** What plans hold, and gateways sell. What limits over time hold, only where a word says so. */
const HELD =
  '(?:points|credits?|allowance|pollen|neurons|(?:premium|free|included|paid|purchased|prepaid|trial) (?:[\\w-]{1,15} )?(?:requests|messages|calls|tokens|quota|usage|units))';
const OF = '(?:[\\w-]{1,15} ){0,3}';

/**
 * Of messages: what a plan holds is used up, in other words than those of money. All of it may also be
 * said of an ordinary limit, beside a wait or a time. Bounded, so that they take linear time.
 */
export const PLAN_SIGNS: readonly MoneySign[] = [
  {
    hosts: 'GitHub Copilot: nothing of it is left, or there was none',
    source: 'github/copilot-cli#730; anomalyco/opencode#430',
    counts: 'bare',
    words: new RegExp(
      `\\b(?:have|has) no ${OF}(?:quota|${HELD})\\b|\\bout of ${OF}${HELD}\\b`,
      'i',
    ),
  },
  {
    hosts: 'GitHub Copilot; gateways: it is used up',
    source: 'microsoft/vscode-copilot-release#13014; a guess for others',
    counts: 'bare',
    words: new RegExp(
      `\\b(?:used up|used all of|spent|consumed|depleted|exceeded|exhausted|ran out of|run out of) ${OF}${HELD}\\b`,
      'i',
    ),
  },
  {
    hosts: 'ElevenLabs: what a call needs of it, and what is there',
    source: 'home-assistant/core#160414; C-Nedelcu/talk-to-chatgpt#141',
    counts: 'bare',
    words:
      /\b\d[\d,.]{0,12} (?:credits?|characters|points) (?:is |are )?(?:required|needed|remaining|left)\b|\bcan only afford\b/i,
  },
  {
    hosts: 'gateways: what to do about a quota',
    source: 'a guess',
    counts: 'bare',
    words:
      /\bquota\b[^\n]{0,60}\b(?:purchase|buy|subscribe to|upgrade) (?:an? |the |your |more )?(?:[\w-]{1,15} ){0,2}(?:plan|package|subscription|quota|tokens)\b|\bquota (?:is )?(?:insufficient|not enough|not sufficient)\b/i,
  },
  {
    hosts: 'Vercel’s AI Gateway: an account without a card',
    source: 'arlanrakh/talk-to-girlfriend-ai#6',
    counts: 'always',
    words: /\bcredit card on file\b/i,
  },
  {
    hosts: 'ChatGPT: a plan that leaves it out',
    source: 'openai/codex#19004',
    counts: 'bare',
    words:
      /\bnot (?:included in|part of) (?:your|the|this) (?:[\w-]{1,15} )?plan\b|\bto (?:use|access|continue)\b[^.\n]{0,60}\bupgrade to\b/i,
  },
  {
    hosts: 'gateways that limit what calls cost',
    source: 'a guess',
    counts: 'always',
    words: /\bcost limit (?:has been |was |is )?(?:exceeded|reached)\b/i,
  },
  {
    hosts: 'DashScope: the month of a plan',
    source: 'a guess',
    counts: 'always',
    words: /\bmonth allocated quota\b/i,
  },
];
