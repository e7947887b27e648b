import { elementsOf, field, keysOf } from '../../model/json.ts';
import { SCRIPT_COUNT } from '../tokenizer/tokens-by-script.ts';
import type { SavedFamily } from './family-calibration.ts';

/** A calibration as JSON. Of the requests it holds only the names of models. */
export interface SavedCalibration {
  readonly version: 1;
  /** By family of models; the least recently used one comes first. */
  readonly families: Readonly<Record<string, SavedFamily>>;
  /** The last output tokens, by call site. */
  readonly outputs: Readonly<Record<string, readonly number[]>>;
  /** The last tokens beyond the estimate, by call site; none in a calibration of 0.1. */
  readonly surpluses?: Readonly<Record<string, readonly number[]>> | undefined;
}

/** Longer lists, names or larger numbers were not written by us. */
const LONGEST_LIST = 256;
const LONGEST_KEY = 512;
const LARGEST = 1e9;
/** The elements of a factor: for each script, all sources of uncertainty and the shared one. */
const FACTOR_SIZE = SCRIPT_COUNT * (SCRIPT_COUNT + 1);
/** No weight was ever less certain than that. */
const MOST_SPREAD = 10;

/** Reads a saved calibration. Ignores unusable parts and never throws. */
export function readSaved(saved: unknown): SavedCalibration {
  const isOurs = field(saved, 'version') === 1;
  const families = isOurs ? readRecord(field(saved, 'families'), readFamily) : {};
  const outputs = isOurs ? readRecord(field(saved, 'outputs'), readOutputs) : {};
  const surpluses = isOurs ? readRecord(field(saved, 'surpluses'), readSurpluses) : {};
  return { version: 1, families, outputs, surpluses };
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
  const factor = readNumbers(field(value, 'factor'), -MOST_SPREAD, MOST_SPREAD);
  const errors = readNumbers(field(value, 'errors'), -1, 10);
  const gains = readNumbers(field(value, 'gains'), -1, 1) ?? [];
  if (weights?.length !== SCRIPT_COUNT || errors === undefined) return undefined;
  return factor?.length === FACTOR_SIZE ? { weights, factor, errors, gains } : undefined;
}

function readOutputs(value: unknown): readonly number[] | undefined {
  return readNumbers(value, 0, LARGEST);
}

function readSurpluses(value: unknown): readonly number[] | undefined {
  return readNumbers(value, -LARGEST, LARGEST);
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
