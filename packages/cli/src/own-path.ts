import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';

/** The path of a file as a service tells that of its database: absolute, without symbolic links. */
export function ownPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}
