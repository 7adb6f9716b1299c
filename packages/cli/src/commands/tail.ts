import type { Command, FlagValues } from './command.ts';
import { CLIENT_FLAGS, CLIENT_HELP } from './shared-flags.ts';

const FLAGS = { ...CLIENT_FLAGS, limit: 'string', json: 'boolean' } as const;

export type TailFlags = FlagValues<typeof FLAGS>;

export const tail: Command<typeof FLAGS> = {
  name: 'tail',
  usage: '[query]',
  summary: 'print traces as they come in',
  help: `tta-obs tail – print traces as they come in, until Ctrl-C

Usage
  tta-obs tail [query] [--limit N] [--json] [flags]
  tta-obs tail 'status:error duration:>2s'
  tta-obs tail -- '-service:web'

One line a trace: how it ended, when it began (UTC), how long it took, service,
name, tokens in→out, cost, id. A trace whose root has not arrived is running (…)
and has another line when it has; so has one whose end changes later.
With a query, only the traces that it finds, each from the moment it does.

When the service is started again, what came meanwhile follows.

Flags
  --limit N       end after N lines
  --json          each change as JSON, one a line, as the WebSocket tells it:
                  also of log records, and traces that the query finds no more
${CLIENT_HELP}
Exit codes
  0  ended by Ctrl-C, or after N lines
  1  the service does not answer at first, or wants another token
  2  the command line, the query, a variable or the settings file is wrong
`,
  flags: FLAGS,
  positionals: { least: 0, most: Number.POSITIVE_INFINITY },
  async run({ flags, positionals }, surroundings) {
    const { tailCommand } = await import('./tail-command.ts');
    return tailCommand(flags, positionals, surroundings);
  },
};
