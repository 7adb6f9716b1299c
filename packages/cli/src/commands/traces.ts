import type { Command, FlagValues } from './command.ts';
import { CLIENT_FLAGS, CLIENT_HELP } from './shared-flags.ts';

const FLAGS = { ...CLIENT_FLAGS, limit: 'string', json: 'boolean', markdown: 'boolean' } as const;

export type TracesFlags = FlagValues<typeof FLAGS>;

export const traces: Command<typeof FLAGS> = {
  name: 'traces',
  usage: '[query]',
  summary: 'list the newest traces, or by query',
  help: `tta-obs traces – list the newest traces of the running service

Usage
  tta-obs traces [query] [--limit N] [--json | --markdown] [flags]
  tta-obs traces 'status:error duration:>2s since:1h'
  tta-obs traces -- '-service:web model:gpt-*'

A query asks one span at a time: status, name, service, duration, primitive,
attempts, cache, error, message, model, cost, tokens, tool, agent, session,
user, attr.<key>, trace.cost, trace.duration, …; words without a field are
looked for in all texts. OR, NOT, -, ( ) and some( ) combine terms. All of it
stands in docs/query-language.md.

It is looked for as far back as traces go; times are UTC.

Flags
  --limit N       how many, up to 10000 (20)
  --json          as JSON, as the REST interface has them
  --markdown      as a table of Markdown
${CLIENT_HELP}
Exit codes
  0  printed, also when there are none
  1  the service does not answer or wants another token
  2  the command line, the query, a variable or the settings file is wrong
`,
  flags: FLAGS,
  positionals: { least: 0, most: Number.POSITIVE_INFINITY },
  async run({ flags, positionals }, surroundings) {
    const { tracesCommand } = await import('./traces-command.ts');
    return tracesCommand(flags, positionals, surroundings);
  },
};
