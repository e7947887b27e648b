/** The pages of the side bar in their order. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  Use: ['index', 'options', 'limiter', 'events', 'errors', 'batch', 'plan', 'testing', 'questions'],
  Limits: ['limits-and-bursts', 'users-and-tiers', 'budgets-and-prices', 'estimates-and-charges'],
  'With others': ['frameworks', 'integrations', 'redis-and-postgres', 'migrating'],
  'How it works': ['how-it-works', 'benchmarks', 'faults', 'architecture'],
  Project: ['changelog', 'contributing', 'security'],
};
