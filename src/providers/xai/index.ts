export { limits } from './limits.ts';
export { prices } from './prices.ts';
