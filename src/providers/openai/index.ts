export { limits } from './limits.ts';
export { prices } from './prices.ts';
export { wire } from './wire.ts';
