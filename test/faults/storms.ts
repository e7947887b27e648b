import { bytesOf, type Fault, halves, refused, status, stream, well } from './fault-list.ts';
import { answerText } from './wires.ts';

const SECOND = 1000;
const HOUR = 3_600_000;

/** One call is refused for 20 s, and the machine sleeps while the next one waits. */
function asleepInWait(isCounted: boolean): Partial<Fault> {
  const sleep = { atMs: 5 * SECOND, lastsMs: HOUR, isCounted };
  return { answer: refused('Slow.', { 'retry-after': '20' }), callsAt: [0, SECOND], sleep };
}

/** The first half of the body comes before the sleep, and the rest, or a broken connection, after it. */
function asleepInBody(isCounted: boolean, end?: 'error'): Partial<Fault> {
  const answer: Fault['answer'] = (form, asked, machine) => {
    const [first, second] = halves(bytesOf(answerText(form, asked)));
    const parts = end === undefined ? [first!, second!] : [first!];
    return well(
      form,
      stream(parts, end, () => machine.wait(2 * SECOND)),
    );
  };
  return { answer, sleep: { atMs: SECOND, lastsMs: HOUR, isCounted } };
}

function asleep(name: string, part: (isCounted: boolean) => Partial<Fault>): Fault[] {
  const clocks = [
    ['its clock goes on', true],
    ['its clock stops', false],
  ] as const;
  return clocks.map(
    ([clock, isCounted]) => ({ name: `${name}, ${clock}`, ...part(isCounted) }) as Fault,
  );
}

/** The machine is suspended for an hour. */
export const SLEEPS: readonly Fault[] = [
  ...asleep('asleep while a call waits', asleepInWait),
  ...asleep('asleep in a response, which goes on', (isCounted) => asleepInBody(isCounted)),
  ...asleep('asleep in a response, which breaks off', (isCounted) =>
    asleepInBody(isCounted, 'error'),
  ),
];

/** Five calls at once, and one more each four seconds. */
const STEADY = [0, 0, 0, 0, ...Array.from({ length: 11 }, (_, i) => 4 * i * SECOND)];
const AT_ONCE: number[] = Array(15).fill(0);

const reset: Fault['answer'] = () => {
  const cause = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  return Promise.reject(new TypeError('fetch failed', { cause }));
};

const cut: Fault['answer'] = (form, asked) =>
  well(form, stream(halves(bytesOf(answerText(form, asked))).slice(0, 1), 'error'));

type Storm = [name: string, answer: Fault['answer'], seconds: number, callsAt: readonly number[]];

const ROWS: readonly Storm[] = [
  ['429 that names no wait, for 30 s', refused('Slow.'), 30, STEADY],
  ['429, `retry-after: 5`, for 30 s', refused('Slow.', { 'retry-after': '5' }), 30, STEADY],
  ['429 that names no wait, for ten minutes', refused('Slow.'), 600, STEADY],
  ['status 500, for 30 s', status(500), 30, STEADY],
  ['status 503, for 30 s', status(503), 30, STEADY],
  ['each connection is reset, for a second', reset, 1, AT_ONCE],
  ['each connection is reset, for 30 s', reset, 30, STEADY],
  ['each answer is cut halfway, for a second', cut, 1, AT_ONCE],
];

/** What goes wrong with all calls for a while. */
export const STORMS: readonly Fault[] = ROWS.map(([name, answer, seconds, callsAt]) => ({
  ...{ name, answer, callsAt },
  lastsMs: seconds * SECOND,
}));
