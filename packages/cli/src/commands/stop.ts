import type { Command, FlagValues } from './command.ts';
import { CLIENT_FLAGS, CLIENT_HELP } from './shared-flags.ts';

const FLAGS = { ...CLIENT_FLAGS, 'db-path': 'string' } as const;

export type StopFlags = FlagValues<typeof FLAGS>;

export const stop: Command<typeof FLAGS> = {
  name: 'stop',
  usage: '',
  summary: 'stop it',
  help: `tta-obs stop – stop a service of this machine as Ctrl-C does

Usage
  tta-obs stop [flags]

What it was sent is stored before it ends.

Flags
  --db-path FILE  its database, when it has a token that you do not know
${CLIENT_HELP}
Exit codes
  0  stopped
  1  no service answers, or it cannot be stopped
  2  the command line, a variable or the settings file is wrong
`,
  flags: FLAGS,
  async run({ flags }, surroundings) {
    const { stopCommand } = await import('./stop-command.ts');
    return stopCommand(flags, surroundings);
  },
};
