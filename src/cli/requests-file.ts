/// <reference types="node" />
import { type BatchRequest, type Form, readBatchLine, type UnusableLine } from './batch-line.ts';
import { IdSet } from './id-set.ts';
import { LineSet } from './line-set.ts';
import { linesOf } from './lines.ts';

const FORM_NAMES: Readonly<Record<Form, string>> = { openai: 'OpenAI', anthropic: 'Anthropic' };

const MOST_MODELS = 100;

/** A line of the file of requests that can be used. */
export interface Entry {
  readonly number: number;
  readonly request: BatchRequest;
}

/** What a file holds. */
export interface Survey {
  readonly form: Form | undefined;
  readonly usable: number;
  /** Of these, those that `isDone` knows. */
  readonly done: number;
  readonly unusable: number;
  /** The models of those that can be used; some of them, if they are many. */
  readonly models: ReadonlySet<string>;
  /** The lines that can be used: who reads the file again needn't know its ids. */
  readonly lines: LineSet;
}

/**
 * Reads the whole file once, and tells of each line that can't be used; `problemOf`: why besides a
 * request can't be.
 */
export async function surveyOf(
  path: string,
  model: string | undefined,
  isDone: (customId: string) => boolean,
  tell: (number: number, problem: string) => void,
  problemOf: (request: BatchRequest) => string | undefined = () => undefined,
): Promise<Survey> {
  let form: Form | undefined;
  let [usable, done, unusable] = [0, 0, 0];
  const lines = new LineSet();
  const models = new Set<string>();
  for await (const entry of checkedOf(path, model)) {
    const problem = 'problem' in entry ? entry.problem : problemOf(entry.request);
    if ('problem' in entry || problem !== undefined) {
      unusable++;
      tell(entry.number, problem ?? '');
      continue;
    }
    form = entry.request.form;
    usable++;
    lines.add(entry.number);
    const { model: name } = entry.request.body;
    if (typeof name === 'string' && models.size < MOST_MODELS) models.add(name);
    if (isDone(entry.request.customId)) done++;
  }
  return { form, usable, done, unusable, models, lines };
}

/** The lines of a file that can be used, one in memory at a time. */
export async function* readEntries(
  path: string,
  model: string | undefined,
  { lines }: Pick<Survey, 'lines'>,
): AsyncGenerator<Entry, void> {
  for await (const { number, text } of linesOf(path)) {
    if (!lines.has(number)) continue;
    const request = readBatchLine(text, model);
    if (!('problem' in request)) yield { number, request };
  }
}

/**
 * All lines but empty ones. The first that can be used says whose format the file has; of lines with
 * the same id, the first counts.
 */
async function* checkedOf(
  path: string,
  model: string | undefined,
): AsyncGenerator<Entry | (UnusableLine & { readonly number: number }), void> {
  const seen = new IdSet();
  let form: Form | undefined;
  for await (const { number, text, isUtf8 } of linesOf(path)) {
    if (text.trim() === '') continue;
    const request = isUtf8 ? readBatchLine(text, model) : { problem: 'it is not UTF-8' };
    if ('problem' in request) yield { number, ...request };
    else if (request.form !== (form ?? request.form)) {
      yield {
        number,
        problem: `it has ${FORM_NAMES[request.form]}'s format, unlike the lines before it`,
      };
    } else if (!seen.add(request.customId)) {
      yield {
        number,
        problem: `an earlier line has the same \`custom_id\`, '${request.customId}'`,
      };
    } else {
      form = request.form;
      yield { number, request };
    }
  }
}
