import type { ChargeRule } from '../model/charge.ts';
import {
  type Correction,
  type Dimension,
  type Shape,
  type Subject,
  UNKNOWN_SHAPE,
} from '../model/limits.ts';
import type { Preset } from '../providers/preset.ts';

/** What decides where a call waits, besides the model. */
export interface LaneKey {
  /** The upstream host, or another name for who enforces the limits. */
  readonly host: string;
  readonly model: string;
  /** What shares a limit with the model; the lane's name. @default the model */
  readonly family?: string | undefined;
  /** What the host does about charges that were wrong. @default 'settled' */
  readonly correction?: Correction | undefined;
  /** How it is known to charge, where responses may show otherwise. */
  readonly recorded?: ChargeRule | undefined;
  /** Responses will tell of the limits. */
  readonly learns?: boolean | undefined;
  /** What is published of the limits. */
  readonly preset?: Preset | undefined;
  /** What the host counts. @default requests and tokens a minute */
  readonly measures?: readonly Subject[] | undefined;
  /** Of these, what its responses state. */
  readonly states?: readonly Subject[] | undefined;
  /** How that host is believed to enforce a limit in a dimension. */
  readonly shape: (dimension: Dimension) => Shape;
}

/** Nobody tells of refusals: nothing looser may be tried. */
const UNTRIED_SHAPE: Shape = { ...UNKNOWN_SHAPE, isUnknown: undefined };

const MANUAL_HOST = 'limiter';

/** Of calls that ask the limiter itself. */
export function manualKey(model: string): LaneKey {
  return { host: MANUAL_HOST, model, shape: () => UNTRIED_SHAPE };
}

export function isManual({ host }: LaneKey): boolean {
  return host === MANUAL_HOST;
}

/** The lane's name: calls whose keys have the same share its limits. */
export function nameOf({ host, family, model }: LaneKey): string {
  return `${host}/${family ?? model}`;
}

/** By what users may name the lane. */
export function namesOf(key: LaneKey): string[] {
  return [key.model, key.family ?? key.model, nameOf(key)];
}
