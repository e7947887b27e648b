/**
 * The licenses of the packages whose code a bundle holds, as each of them asks for it: one text.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The package that a file belongs to, by its folder; `undefined` for our own files. */
function packageOf(file: string): string | undefined {
  if (!file.includes('/node_modules/')) return undefined;
  const folder = dirname(file);
  const manifest = join(folder, 'package.json');
  const isPackage = existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name;
  return isPackage ? folder : packageOf(folder);
}

function licenseOf(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const [file] = globSync('{licen[cs]e,LICEN[CS]E}*', { cwd: folder });
  if (file === undefined) throw new Error(`${name} has no file with its license`);
  return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}

/** @throws Error for a package without a license */
export function licensesOf(files: Iterable<string>): string {
  const folders = new Set(Array.from(files, packageOf).filter((folder) => folder !== undefined));
  const rule = `\n${'-'.repeat(78)}\n\n`;
  const licenses = [...new Set(Array.from(folders, licenseOf))].toSorted();
  return `dist/ holds code of these packages.\n${rule}${licenses.join(rule)}`;
}
