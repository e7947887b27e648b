export { limits } from './limits.ts';
export { wire } from './wire.ts';
