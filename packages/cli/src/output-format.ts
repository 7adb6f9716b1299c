import { UsageError } from './command-error.ts';
import type { Flags } from './command-line.ts';

/** How a command prints what it has: for people, for programs, for a document. */
export type OutputFormat = 'text' | 'json' | 'markdown';

/** @throws UsageError when two are asked for. */
export function outputFormat({ json, markdown }: Pick<Flags, 'json' | 'markdown'>): OutputFormat {
  if (json === true && markdown === true) {
    throw new UsageError('--json and --markdown are two formats: give one.');
  }
  if (json === true) return 'json';
  return markdown === true ? 'markdown' : 'text';
}
