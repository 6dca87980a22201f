import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The absolute path of a file of the repository. */
export function fromRoot(path: string): string {
  return join(ROOT, path);
}

/** The text of a file of the repository. */
export function textOf(path: string): string {
  return readFileSync(fromRoot(path), 'utf8');
}

/** What belongs to the repository: tracked files, and new ones that are not ignored. Some may be gone already. */
export function repositoryFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return [...new Set(listed.split('\0'))].filter((path) => path !== '' && existsSync(fromRoot(path)));
}

/** The documents whose words are checked. */
export function documents(): readonly string[] {
  return repositoryFiles().filter((path) => path.endsWith('.md') && !/^(node_modules|data)\//.test(path));
}
