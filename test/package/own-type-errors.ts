import { join } from 'node:path';
import ts from 'typescript59';

/** A key of each source file that was read: TypeScript's own are large, and are read once. */
const read = new Map<string, ts.SourceFile>();

/**
 * What TypeScript says of a project's own files and of the declarations of this package. To check
 * those of the language and of the SDKs too would take most of the time.
 */
export function ownTypeErrors(folder: string): string {
  const { config } = ts.readConfigFile(join(folder, 'tsconfig.json'), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (name, how, ...rest) => {
    const key = `${name} ${isOfTypeScript(name) ? '' : options.moduleResolution}`;
    const file = read.get(key) ?? getSourceFile(name, how, ...rest);
    if (file !== undefined) read.set(key, file);
    return file;
  };
  const program = ts.createProgram(fileNames, options, host);
  const own = program.getSourceFiles().filter(({ fileName }) => isOwn(fileName));
  const found = [
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...own.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]),
  ];
  return ts.formatDiagnostics(found, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => folder,
    getNewLine: () => '\n',
  });
}

function isOfTypeScript(name: string): boolean {
  return /\/typescript\w*\/lib\/lib\.[\w.]+\.d\.ts$/.test(name);
}

function isOwn(name: string): boolean {
  return !name.includes('/node_modules/') || name.includes('/node_modules/llm-headroom/');
}
