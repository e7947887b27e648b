import { acrossCopies } from './across-copies.ts';

/** Read without an import: not every runtime has it. */
declare const process:
  | { emitWarning?: (message: string, options: { type: string; code: string }) => void }
  | undefined;

/** A warning of the process, where there is such a thing, else of the console. */
export function warn(code: string, message: string): void {
  if (typeof process !== 'undefined' && typeof process.emitWarning === 'function') {
    process.emitWarning(message, { type: 'HeadroomWarning', code });
  } else {
    console.warn(`HeadroomWarning: ${message}`);
  }
}

/** The same, once in the life of the process. */
export function warnOnce(code: string, message: string): void {
  const warned = acrossCopies(code, () => ({ already: false }));
  if (!warned.already) warn(code, message);
  warned.already = true;
}
