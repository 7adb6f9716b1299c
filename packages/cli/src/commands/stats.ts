import type { Command, FlagValues } from './command.ts';
import { CLIENT_FLAGS, CLIENT_HELP } from './shared-flags.ts';

const FLAGS = {
  ...CLIENT_FLAGS,
  by: 'string',
  since: 'string',
  service: 'string',
  json: 'boolean',
  markdown: 'boolean',
} as const;

export type StatsFlags = FlagValues<typeof FLAGS>;

export const stats: Command<typeof FLAGS> = {
  name: 'stats',
  usage: '[--by model]',
  summary: 'primitives, cost of models, errors',
  help: `tta-obs stats – how primitives did, what models cost, what failed

Usage
  tta-obs stats [--by KIND] [--since TIME] [--service NAME]
                [--json | --markdown] [flags]

  --by primitive  calls, failures and percentiles of each primitive: those with
                  the most time in them first (this one, unless told otherwise)
  --by model, --by provider, --by service, --by day
                  calls of models, tokens and cost: the dearest first, days in
                  order, as your clock has them
  --by session    the newest 50 sessions: traces, tokens and cost
  --by error      failures by cause, the most frequent 50 first

It counts what has come in since, also of traces that are removed by now. Only
--by primitive knows minutes, and that for six hours back; else times begin with
a whole hour. Percentiles are at most 1 % wrong. ≈ marks a cost that a table of
prices estimates, + one that is more, by calls that nobody has priced.

Flags
  --by KIND       of what: see above (primitive)
  --since TIME    from how long ago: 15m, 6h, 7d; up to 90d (1h of primitives,
                  7d of days, else 24h)
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
