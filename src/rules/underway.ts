import { reservedBy } from '../model/charge.ts';
import { amount, type Cost, plus } from '../model/limits.ts';
import { type ChargeLearning, foundRule } from './learning/charge-belief.ts';
import type { GrantedCall } from './ticket.ts';

/** What calls that were let through and have not ended have reserved. */
export interface Reserved {
  readonly cost: Cost;
  /**
   * What of that the server is known not to charge, because its rule was found since then: it is
   * given back when they end.
   */
  readonly excess: Cost;
}

export function reservedOf(charge: ChargeLearning, calls: Iterable<GrantedCall>): Reserved {
  const rule = foundRule(charge);
  let cost: Cost = {};
  let tokens = 0;
  for (const call of calls) {
    cost = plus(cost, call.cost);
    if (rule === undefined || rule.isSettled || call.charge === undefined) continue;
    tokens += Math.max(0, amount(call.cost, 'tokens') - reservedBy(rule, call.charge.charges));
  }
  return { cost, excess: tokens === 0 ? {} : { tokens } };
}
