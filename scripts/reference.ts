/**
 * Fails on what a user sees without a docstring: an exported name, or a member of an exported type.
 * Editors show docstrings in hovers, and the API reference of the site is made of them.
 */
import { globSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript59';

const ROOT = join(import.meta.dirname, '..');
const ENTRIES = ['src/index.ts', ...globSync('src/*/index.ts', { cwd: ROOT })];

const program = ts.createProgram(
  ENTRIES.map((entry) => join(ROOT, entry)),
  { ...optionsOf('tsconfig.json'), noEmit: true },
);
const checker = program.getTypeChecker();

function optionsOf(file: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, file), ts.sys.readFile);
  return ts.parseJsonConfigFileContent(config, ts.sys, ROOT).options;
}

/** Those of ours: not `length` of an array that a type has, nor `message` of an error. */
function isOurs({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some((each) => {
    const path = relative(ROOT, each.getSourceFile().fileName);
    return path.startsWith('src/') && !isHidden(each);
  });
}

function isHidden(node: ts.Declaration): boolean {
  const flags = ts.getCombinedModifierFlags(node);
  const isPrivate = (flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) !== 0;
  const isInternal = ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'internal');
  const name = ts.getNameOfDeclaration(node);
  return isPrivate || isInternal || (name !== undefined && ts.isPrivateIdentifier(name));
}

function isDocumented(symbol: ts.Symbol): boolean {
  return symbol.getDocumentationComment(checker).length > 0;
}

/** The members that a type declares, also within its unions and its objects without a name. */
function membersOf(symbol: ts.Symbol): ts.Symbol[] {
  const members: ts.Symbol[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isBlock(node) || ts.isParameter(node) || ts.isFunctionTypeNode(node)) return;
    const isMember =
      ts.isPropertySignature(node) ||
      ts.isMethodSignature(node) ||
      ts.isPropertyDeclaration(node) ||
      ts.isMethodDeclaration(node);
    if (isMember && isHidden(node)) return;
    const member = isMember && checker.getSymbolAtLocation(node.name);
    if (member) members.push(member);
    ts.forEachChild(node, visit);
  };
  for (const each of symbol.declarations ?? []) ts.forEachChild(each, visit);
  return members;
}

const missing = new Set<string>();
for (const entry of ENTRIES) {
  const file = program.getSourceFile(join(ROOT, entry));
  const module = file && checker.getSymbolAtLocation(file);
  if (module === undefined) throw new Error(`${entry} exports nothing`);
  for (const exported of checker.getExportsOfModule(module)) {
    const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
    const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
    for (const each of [symbol, ...membersOf(symbol)].filter(isOurs)) {
      if (isDocumented(each)) continue;
      missing.add(each === symbol ? symbol.name : `${symbol.name}.${each.name}`);
    }
  }
}
for (const name of missing) console.error(`Has no docstring: ${name}`);
if (missing.size > 0) process.exitCode = 1;
