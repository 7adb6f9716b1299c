import type { Command, FlagValues } from './command.ts';
import { CLIENT_FLAGS, CLIENT_HELP } from './shared-flags.ts';

const FLAGS = {
  ...CLIENT_FLAGS,
  since: 'string',
  service: 'string',
  json: 'boolean',
  markdown: 'boolean',
} as const;

export type StatsFlags = FlagValues<typeof FLAGS>;

export const stats: Command<typeof FLAGS> = {
  name: 'stats',
  usage: '[--since 1h]',
  summary: 'how each primitive did',
  help: `tta-obs stats – how each primitive did: calls, failures, percentiles

Usage
  tta-obs stats [--since TIME] [--service NAME] [--json | --markdown] [flags]

It counts what has come in since, also of traces that are removed by now; those
with the most time in them come first. Times beyond six hours begin with a whole
hour, and percentiles are at most 1 % wrong.

Flags
  --since TIME    from how long ago: 15m, 6h, 7d; up to 90d (1h)
  --service NAME  of this service alone
  --json          as JSON, as the REST interface has it
  --markdown      as a table of Markdown
${CLIENT_HELP}
Exit codes
  0  printed
  1  the service does not answer or wants another token
  2  the command line, a variable or the settings file is wrong
`,
  flags: FLAGS,
  async run({ flags }, surroundings) {
    const { statsCommand } = await import('./stats-command.ts');
    return statsCommand(flags, surroundings);
  },
};
