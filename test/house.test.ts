import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript59';
import { expect, test } from 'vitest';

/** Of a class, and of a file. */
const MOST_LINES = 250;
/** Methods and accessors of a class, private ones included. */
const MOST_METHODS = 20;
/** The same with its fields. */
const MOST_MEMBERS = 20;

/**
 * Classes with more members: each keeps one thing of which all parts change together, or is made again
 * and again for each call, so that one object does for several. None may get more, and none may join.
 */
const LARGE: Readonly<Record<string, number>> = {
  // What waits, in order, and each call of it.
  ...{ FairQueue: 25, QueuedCall: 32, Dispatcher: 26 },
  // One object for each call, attempt or response.
  ...{ EstimatedCall: 29, AttemptRefusals: 24, PromptCount: 29, TappedSource: 21 },
  // One state of the protocol of stores, or of a connection.
  ...{ Outbox: 27, ValueKeeper: 26, Exchange: 21 },
  // Whoever calls, and what a limiter consists of.
  ...{ Caller: 24, Callers: 21, LaneRegistry: 28, LimiterCore: 28 },
  // One run, from its beginning to its end.
  ...{ BatchRun: 37, BatchSession: 27, ItemRun: 24, Rehearsal: 25, Report: 27, Server: 23 },
};

/** The rule by which a server charges: what is learned of it, and what the simulator is told. */
const ONE_FOR_BOTH: readonly string[] = ['ChargeRule'];

const SRC = new URL('../src/', import.meta.url);

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => {
    const text = readFileSync(new URL(name, SRC), 'utf8');
    return ts.createSourceFile(name.replaceAll('\\', '/'), text, ts.ScriptTarget.Latest, true);
  });

interface Size {
  readonly name: string;
  readonly lines: number;
  readonly methods: number;
  readonly members: number;
}

function classesIn(file: ts.SourceFile): Size[] {
  const found: Size[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isClassLike(node)) {
      const name = node.name?.text ?? file.fileName;
      const methods = node.members.filter(
        (each) => ts.isMethodDeclaration(each) || ts.isAccessor(each),
      );
      found.push({
        name,
        lines: linesOf(node),
        methods: namesOf(methods).size,
        members: namesOf(node.members).size,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** A getter and its setter are one. */
function namesOf(members: Iterable<ts.ClassElement>): Set<string> {
  return new Set([...members].flatMap((each) => each.name?.getText() ?? []));
}

function linesOf(node: ts.Node): number {
  return node.getText().trimEnd().split('\n').length;
}

/** What a file declares and exports. */
function exportedBy(file: ts.SourceFile): string[] {
  return file.statements.flatMap((each) => {
    const isExported =
      ts.canHaveModifiers(each) &&
      ts.getModifiers(each)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!isExported) return [];
    if (ts.isVariableStatement(each))
      return each.declarationList.declarations.map(({ name }) => name.getText());
    return 'name' in each && each.name !== undefined ? [(each.name as ts.Identifier).text] : [];
  });
}

test(`no file has more than ${MOST_LINES} lines`, () => {
  const long = files.filter((file) => linesOf(file) > MOST_LINES);
  expect(long.map(({ fileName }) => fileName)).toEqual([]);
});

const classes = files.flatMap(classesIn);

test(`no class has more than ${MOST_LINES} lines, or more than ${MOST_METHODS} methods`, () => {
  expect(classes.filter(({ lines }) => lines > MOST_LINES)).toEqual([]);
  expect(classes.filter(({ methods }) => methods > MOST_METHODS)).toEqual([]);
});

test(`no class but a few has more than ${MOST_MEMBERS} members`, () => {
  const large = classes.filter(({ members }) => members > MOST_MEMBERS);
  expect(large.filter(({ name, members }) => members > (LARGE[name] ?? 0))).toEqual([]);
  expect(large.map(({ name }) => name).toSorted()).toEqual(Object.keys(LARGE).toSorted());
});

test('no two files export different things under one name, but for those of each provider', () => {
  const exporters = new Map<string, Set<string>>();
  for (const file of files) {
    if (/^providers\/[^/]+\//.test(file.fileName)) continue;
    for (const name of exportedBy(file)) {
      exporters.set(name, (exporters.get(name) ?? new Set()).add(file.fileName));
    }
  }
  const shared = [...exporters].filter(([, by]) => by.size > 1).map(([name]) => name);
  expect(shared).toEqual(ONE_FOR_BOTH);
});
