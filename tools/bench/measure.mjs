import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A young generation that holds a whole measurement, so that the growth of the heap is what was allocated. */
export const memoryFlags = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];

/** Runs a script beside this one in a process of its own and reads the JSON that it prints. */
export function measure(script, ...flags) {
  return measureWith({ script, flags });
}

/**
 * The same with arguments for the script, or on another Node.
 *
 * @param {{ script: string, flags?: string[], args?: string[], node?: string }} options
 */
export function measureWith({ script, flags = [], args = [], node = process.execPath }) {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const output = execFileSync(node, [...flags, file, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(output);
}
