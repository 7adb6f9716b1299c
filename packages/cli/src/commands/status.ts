import type { Command, FlagValues } from './command.ts';
import { CLIENT_FLAGS, CLIENT_HELP } from './shared-flags.ts';

const FLAGS = { ...CLIENT_FLAGS, json: 'boolean' } as const;

export type StatusFlags = FlagValues<typeof FLAGS>;

export const status: Command<typeof FLAGS> = {
  name: 'status',
  usage: '',
  summary: 'whether it runs, and what it holds',
  help: `tta-obs status – whether the service runs, and what it holds

Usage
  tta-obs status [--json] [flags]

Flags
  --json          print what GET /health answers; without an answer, only
                  status (absent or locked) and url
${CLIENT_HELP}
Exit codes
  0  it runs
  1  it does not answer, wants another token, or cannot store what it is sent
  2  the command line, a variable or the settings file is wrong
`,
  flags: FLAGS,
  async run({ flags }, surroundings) {
    const { statusCommand } = await import('./status-command.ts');
    return statusCommand(flags, surroundings);
  },
};
