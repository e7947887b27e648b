import { SCRIPT_COUNT } from '../tokenizer/tally.ts';
import { elementsOf, field, keysOf } from '../untrusted.ts';
import type { SavedFamily } from './family-calibration.ts';

/** A calibration as JSON: nothing in it is text of a request but the names of models. */
export interface SavedCalibration {
  readonly version: 1;
  /** By family of models; the one that wasn't used for longest comes first. */
  readonly families: Readonly<Record<string, SavedFamily>>;
  /** The last output tokens, by call site. */
  readonly outputs: Readonly<Record<string, readonly number[]>>;
}

/** Longer lists, names or larger numbers were not written by us. */
const LONGEST_LIST = 256;
const LONGEST_KEY = 512;
const LARGEST = 1e9;

/** What can be used of a saved calibration; the rest is left out, whatever it is. Total. */
export function readSaved(saved: unknown): SavedCalibration {
  const isOurs = field(saved, 'version') === 1;
  const families = isOurs ? readRecord(field(saved, 'families'), readFamily) : {};
  const outputs = isOurs ? readRecord(field(saved, 'outputs'), readOutputs) : {};
  return { version: 1, families, outputs };
}

function readRecord<Value>(
  record: unknown,
  read: (value: unknown) => Value | undefined,
): Record<string, Value> {
  const found: [string, Value][] = [];
  for (const key of keysOf(record)) {
    const value = key.length <= LONGEST_KEY ? read(field(record, key)) : undefined;
    if (value !== undefined) found.push([key, value]);
  }
  return Object.fromEntries(found);
}

function readFamily(value: unknown): SavedFamily | undefined {
  const weights = readNumbers(field(value, 'weights'), 0.1, 10);
  const covariance = readNumbers(field(value, 'covariance'), -LARGEST, LARGEST);
  const errors = readNumbers(field(value, 'errors'), -1, 10);
  if (weights?.length !== SCRIPT_COUNT || errors === undefined) return undefined;
  return covariance && isCovariance(covariance) ? { weights, covariance, errors } : undefined;
}

function readOutputs(value: unknown): readonly number[] | undefined {
  return readNumbers(value, 0, LARGEST);
}

/** The numbers of a list, or `undefined` if anything else is in it. */
function readNumbers(value: unknown, least: number, most: number): readonly number[] | undefined {
  const numbers: number[] = [];
  for (const element of elementsOf(value)) {
    if (typeof element !== 'number' || !(element >= least && element <= most)) return undefined;
    if (numbers.push(element) > LONGEST_LIST) return undefined;
  }
  return Array.isArray(value) ? numbers : undefined;
}

/** Whether a matrix can be one of variances: symmetric, and with a Cholesky factor. */
function isCovariance(matrix: readonly number[]): boolean {
  if (matrix.length !== SCRIPT_COUNT ** 2) return false;
  const factor = new Float64Array(SCRIPT_COUNT ** 2);
  return matrix.every((value, index) => {
    const [row, column] = [Math.floor(index / SCRIPT_COUNT), index % SCRIPT_COUNT];
    const mirrored = matrix[column * SCRIPT_COUNT + row]!;
    if (column > row) return Math.abs(value - mirrored) <= 1e-9 * Math.abs(value) + 1e-12;
    let left = value;
    for (let at = 0; at < column; at += 1) {
      left -= factor[row * SCRIPT_COUNT + at]! * factor[column * SCRIPT_COUNT + at]!;
    }
    const pivot = factor[column * SCRIPT_COUNT + column]!;
    factor[index] = row === column ? Math.sqrt(left) : left / pivot;
    return row !== column || left > 0;
  });
}
