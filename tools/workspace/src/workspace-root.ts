import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const workspaceRoot = fileURLToPath(new URL('../../..', import.meta.url));

/** Runs a script with this Node in the workspace root and returns what it prints. */
export function runNode(script: string, args: readonly string[], input = ''): string {
  return execFileSync(process.execPath, [join(workspaceRoot, script), ...args], {
    cwd: workspaceRoot,
    encoding: 'utf8',
    input,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', NX_DAEMON: 'false', NX_NO_CLOUD: 'true' },
  });
}
