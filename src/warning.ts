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
