import { glyphLegend } from '../kind-glyph.ts';
import { traceIdOf } from '../trace-id.ts';
import type { Command, FlagValues } from './command.ts';
import { CLIENT_EXIT_CODES, CLIENT_FLAGS, CLIENT_HELP } from './shared-flags.ts';

const FLAGS = {
  ...CLIENT_FLAGS,
  logs: 'boolean',
  transcript: 'boolean',
  full: 'boolean',
  json: 'boolean',
  markdown: 'boolean',
} as const;

export type TraceFlags = FlagValues<typeof FLAGS>;

export const trace: Command<typeof FLAGS> = {
  name: 'trace',
  usage: '[id|latest]',
  summary: 'print a stored trace, what was said in it',
  help: `tta-obs trace – print a trace of the running service

Usage
  tta-obs trace [id|latest] [--logs] [--json | --markdown] [flags]
  tta-obs trace [id|latest] --transcript [--full] [--json | --markdown] [flags]

Of an id the first 8 digits will do.

Flags
  --logs          also print what was logged in it
  --transcript    what was said in it: messages, calls of tools and their
                  results, with tokens and cost of each turn
  --full          of long texts all lines
  --json          as JSON: its summary, its services, and all that was received
                  of each span; with --logs the log records too; of a transcript
                  what each span has of it
  --markdown      for an issue: its tree, and the messages of its errors uncut
${CLIENT_HELP}
The tree
  ✓ ok  ✗ failed  ◷ out of time  ⊘ cancelled  ‖ waits for a decision; then:

${glyphLegend()}
  At the right stand tokens (read→written), their cost, and the duration. ≈ is
  an estimate by a table of prices, unpriced what has none, and what is in
  parentheses counts with another row already.

Exit codes
  0  printed
${CLIENT_EXIT_CODES}`,
  flags: FLAGS,
  positionals: { least: 0, most: 1 },
  async run({ flags, positionals }, surroundings) {
    const { traceCommand } = await import('./trace-command.ts');
    return traceCommand(flags, traceIdOf(positionals[0] ?? 'latest'), surroundings);
  },
};
