import type { Command, FlagValues } from './command.ts';
import { CLIENT_FLAGS, CLIENT_HELP } from './shared-flags.ts';

const FLAGS = { ...CLIENT_FLAGS, limit: 'string', json: 'boolean', markdown: 'boolean' } as const;

export type TracesFlags = FlagValues<typeof FLAGS>;

export const traces: Command<typeof FLAGS> = {
  name: 'traces',
  usage: '',
  summary: 'list the newest traces',
  help: `tta-obs traces – list the newest traces of the running service

Usage
  tta-obs traces [--limit N] [--json | --markdown] [flags]

Flags
  --limit N       how many, up to 500 (20)
  --json          as JSON, as the REST interface has them
  --markdown      as a table of Markdown
${CLIENT_HELP}
Exit codes
  0  printed
  1  the service does not answer or wants another token
  2  the command line, a variable or the settings file is wrong
`,
  flags: FLAGS,
  async run({ flags }, surroundings) {
    const { tracesCommand } = await import('./traces-command.ts');
    return tracesCommand(flags, surroundings);
  },
};
