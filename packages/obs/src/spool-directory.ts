import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { dataDirectory } from './data-directory.ts';
import type { Environment } from './environment/variables.ts';
import type { ObservabilityOptions } from './observability-options.ts';

/**
 * Where traces wait for the local service; never a folder that is shared with other users.
 *
 * @returns `undefined` where they are not to wait on disk, or cannot.
 */
export function spoolDirectory(
  chosen: ObservabilityOptions['spoolDirectory'],
  env: Environment,
): string | undefined {
  if (chosen === false) return undefined;
  if (chosen !== undefined) return resolve(chosen);
  const directory = dataDirectory({ platform: process.platform, env, homeDirectory: homeDirectory() });
  return directory && join(directory, 'spool');
}

function homeDirectory(): string | undefined {
  try {
    return homedir();
  } catch {
    // A user that the system does not know, as in some containers.
    return undefined;
  }
}
