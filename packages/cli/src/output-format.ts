import { UsageError } from './command-error.ts';

/** How a command prints what it has: for people, for programs, for a document. */
export type OutputFormat = 'text' | 'json' | 'markdown';

/** @throws UsageError when two are asked for. */
export function outputFormat({
  json,
  markdown,
}: {
  readonly json?: true;
  readonly markdown?: true;
}): OutputFormat {
  if (json === true && markdown === true) {
    throw new UsageError('--json and --markdown are two formats: give one.');
  }
  if (json === true) return 'json';
  return markdown === true ? 'markdown' : 'text';
}
