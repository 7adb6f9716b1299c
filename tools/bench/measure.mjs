import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A young generation that holds a whole measurement, so that the growth of the heap is what was allocated. */
export const memoryFlags = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];

/** Runs a script beside this one in a process of its own and reads the JSON that it prints. */
export function measure(script, ...flags) {
  const output = execFileSync(process.execPath, [...flags, fileURLToPath(new URL(script, import.meta.url))], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(output);
}
