import { testBatches } from './support/batches.ts';

testBatches('anthropic');
