import { traceIdOf } from '../trace-id.ts';
import type { Command, FlagValues } from './command.ts';
import { CLIENT_EXIT_CODES, CLIENT_FLAGS, CLIENT_HELP } from './shared-flags.ts';

const FLAGS = { ...CLIENT_FLAGS, logs: 'boolean', json: 'boolean', markdown: 'boolean' } as const;

export type TraceFlags = FlagValues<typeof FLAGS>;

export const trace: Command<typeof FLAGS> = {
  name: 'trace',
  usage: '[id|latest]',
  summary: 'print a stored trace',
  help: `tta-obs trace – print a trace of the running service

Usage
  tta-obs trace [id|latest] [--logs] [--json | --markdown] [flags]

Flags
  --logs          also print what was logged in it
  --json          as JSON: its summary, its services, and all that was received
                  of each span; with --logs the log records too
  --markdown      for an issue: its tree, and the messages of its errors uncut
${CLIENT_HELP}
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
