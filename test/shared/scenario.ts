import { MemoryStore } from '../../src/shared/memory-cell.ts';
import { LAPSE_MS } from '../../src/shared/value.ts';
import { unpackValue } from '../../src/shared/value-text.ts';
import { type Acted, TicketMember } from '../support/ticket-member.ts';
import { type TicketLimits, type TicketRules, ticketRules } from '../support/ticket-rules.ts';
import { DistantCell, FAIR, Process, seeded, type Weather, WorldClock } from './world.ts';

export interface Arrival {
  readonly member: number;
  readonly at: number;
  readonly durationMs: number;
}

export interface Mishap {
  readonly kind: 'kill' | 'stall' | 'clear' | 'deaf' | 'storm';
  readonly member: number;
  readonly at: number;
  readonly forMs: number;
}

export interface Scenario {
  readonly seed: number;
  readonly members: number;
  readonly limits: TicketLimits;
  readonly weather: Weather;
  readonly arrivals: readonly Arrival[];
  readonly mishaps: readonly Mishap[];
  /** Members whose cell has neither `ask` nor messages. */
  readonly plain: readonly number[];
}

export interface Outcome {
  readonly acted: readonly Acted[];
  /** When each member was killed. */
  readonly killed: ReadonlyMap<string, number>;
  readonly clears: number;
  /** What must never be, in words. */
  readonly faults: readonly string[];
  readonly requests: number;
  readonly members: readonly TicketMember[];
}

/** All is over long before, or never. */
const HORIZON_MS = 60_000;
/** Longer than any stall, so that nobody is thought dead who lives. */
const LEASE_MS = 10_000;
/** All kinds of losses at once, for a while. */
const STORM: Partial<Weather> = {
  ...{ requestsLost: 0.15, answersLost: 0.15, requestsLate: 0.1 },
  ...{ messagesLost: 0.3, messagesDoubled: 0.3, messagesLate: 0.3 },
};

/** Plays a scenario in virtual time, and tells what became of it. */
export async function play(
  scenario: Scenario,
  rules: TicketRules = ticketRules(scenario.limits),
): Promise<Outcome> {
  const world = new WorldClock();
  const store = new MemoryStore(world);
  const random = seeded(scenario.seed);
  // Where calls in flight are never the limit, nobody waits for the end of one.
  const endWithinMs = scenario.limits.concurrency < 100 || scenario.seed % 2 === 0 ? 0 : 150;
  const start = world.now();
  const acted: Acted[] = [];
  const killed = new Map<string, number>();
  const storms: Mishap[] = [];
  const weather = (): Weather => {
    const now = world.now() - start;
    const isStorm = storms.some(({ at, forMs }) => now >= at && now < at + forMs);
    return isStorm ? { ...scenario.weather, ...STORM } : scenario.weather;
  };
  const cast = Array.from({ length: scenario.members }, (_, i) => {
    const process = new Process(world, `p${i}`);
    const isPlain = scenario.plain.includes(i);
    const cell = new DistantCell(
      store.cellsOf(process.name).open('lane'),
      process,
      world,
      weather,
      random,
      isPlain,
    );
    const onAct = (each: Acted): void => {
      acted.push(each);
      const running = living().reduce((sum, { member }) => sum + member.running.size, 0);
      mostRunning = Math.max(mostRunning, running);
    };
    const options = { cell, rules, member: process.name, clock: process, random, onAct };
    return {
      process,
      cell,
      member: new TicketMember({ ...options, leaseMs: LEASE_MS, endWithinMs }),
    };
  });
  /** Arrivals that are to come. */
  const waits = new Set<number>();
  for (const [id, { member, at, durationMs }] of scenario.arrivals.entries()) {
    const { process, member: who } = cast[member % cast.length]!;
    process.onEnd(() => {
      waits.delete(id);
    });
    waits.add(id);
    world.setTimeout(() => {
      process.happens(() => {
        waits.delete(id);
        who.ask(id, durationMs);
      });
    }, at);
  }
  let clears = 0;
  for (const mishap of scenario.mishaps) {
    const { process, cell } = cast[mishap.member % cast.length]!;
    if (mishap.kind === 'storm') storms.push(mishap);
    const begin = (): void => {
      if (mishap.kind === 'kill') {
        process.kill();
        killed.set(process.name, world.now());
      }
      if (mishap.kind === 'stall') process.stall(mishap.forMs);
      if (mishap.kind === 'deaf') cell.isListening = false;
      if (mishap.kind === 'clear') {
        clears += 1;
        store.clear();
      }
    };
    world.setTimeout(begin, mishap.at);
    if (mishap.kind === 'deaf') {
      world.setTimeout(() => {
        cell.isListening = true;
      }, mishap.at + mishap.forMs);
    }
  }
  let mostRunning = 0;
  const living = (): typeof cast => cast.filter(({ process }) => !process.isDead);
  const isDone = (): boolean =>
    waits.size === 0 &&
    living().every(({ member }) => member.waiting.size === 0 && member.running.size === 0);
  await world.run(start + HORIZON_MS, isDone);
  // What was sent last is to be counted, too.
  await world.run(world.now() + 12_000);
  const members = cast.map(({ member }) => member);
  const faults = [
    // The answer to a write may be lost, and then the write with the store: its ticket is asked for anew,
    // and what it is granted again is given back.
    ...(clears > 0 ? [] : members.flatMap(({ errors }) => errors)),
    ...living().flatMap(({ member }) =>
      [...member.waiting.keys()].map((id) => `${id} waits for ever`),
    ),
    // Who has nothing to ask notices only after a while that the store forgot it.
    ...(clears > 0
      ? []
      : uncounted(
          store,
          living().map(({ member }) => member),
          rules,
        )),
    ...acted.filter(isStale).map(({ id }) => `${id} was acted on too late`),
    // Who was thought dead has calls that the others know nothing of.
    ...(members.some(({ rejoined }) => rejoined > 0) || mostRunning <= scenario.limits.concurrency
      ? []
      : [`${mostRunning} at once`]),
    ...overBucket(acted, scenario.limits, clears),
  ];
  const requests = cast.reduce((sum, { cell }) => sum + cell.sent, 0);
  return { acted, killed, clears, faults, requests, members };
}

/** Commands that were lost or counted twice. */
function uncounted(
  store: MemoryStore,
  members: readonly TicketMember[],
  rules: TicketRules,
): string[] {
  const { text } = store.at('lane');
  const value = unpackValue(rules, text, Number.POSITIVE_INFINITY);
  if (value === undefined || 'kind' in value) return text === '' ? [] : ['the value is unreadable'];
  return members.flatMap(({ name, asked, rejoined, running }) => {
    const line = value.rules.lines[name];
    if (rejoined > 0 || asked === 0) return [];
    if (line?.asked !== asked) return [`${name} asked ${asked} times, counted ${line?.asked}`];
    const left = line.running.length + line.waiting.length - running.size;
    return left === 0 ? [] : [`${name} has ${left} calls that it knows nothing of`];
  });
}

function isStale({ decidedAt, actedAt }: Acted): boolean {
  return actedAt - decidedAt > LAPSE_MS + 0.01;
}

/** Over any span, no more may go than the bucket holds and what flows in. */
function overBucket(acted: readonly Acted[], limits: TicketLimits, clears: number): string[] {
  const faults: string[] = [];
  // What is lost is what was decided since a member has seen the value, and what was taken.
  const capacity = limits.capacity * (1 + 2 * clears) + 1e-3;
  for (const [what, slackMs] of [
    ['decidedAt', 0],
    ['actedAt', LAPSE_MS],
  ] as const) {
    const times = acted.map((each) => each[what]).sort((one, other) => one - other);
    for (let i = 0; i < times.length; i++) {
      for (let j = i; j < times.length; j++) {
        const spanMs = times[j]! - times[i]! + slackMs;
        const excess = j - i + 1 - capacity - limits.perMs * spanMs;
        if (excess > 0) faults.push(`${what}: ${j - i + 1} in ${spanMs} ms`);
      }
    }
  }
  return faults.slice(0, 1);
}

export { FAIR };
