import type { Command, FlagValues } from './command.ts';
import { CLIENT_FLAGS, CLIENT_HELP } from './shared-flags.ts';

const FLAGS = {
  ...CLIENT_FLAGS,
  'db-path': 'string',
  preview: 'boolean',
  yes: 'boolean',
  json: 'boolean',
} as const;

export type CleanupFlags = FlagValues<typeof FLAGS>;

export const cleanup: Command<typeof FLAGS> = {
  name: 'cleanup',
  usage: '[--preview]',
  summary: 'remove what is over the limits',
  help: `tta-obs cleanup – remove the traces that are over the limits

Usage
  tta-obs cleanup [--preview] [--yes] [--json] [flags]

A running service does this by itself every few minutes; this does it now. The
limits are those of the service. Without a service, the database file is worked
on, with the limits that the variables and the settings file give. So it is
when a flag, a variable or the file names another database than the service has,
unless --port or --host names the service.

Log records without a trace and metrics that are over their part of the limits
go along; only traces are shown and counted.

Flags
  --preview       show what would be removed, and remove nothing
  --yes           do not ask
  --json          print what was, or would be, removed as JSON
  --db-path FILE  this database, unless it is that of the service
${CLIENT_HELP}
Exit codes
  0  removed or shown
  1  it could not be done, or the answer was no
  2  the command line, a variable or the settings file is wrong
`,
  flags: FLAGS,
  async run({ flags }, surroundings) {
    const { cleanupCommand } = await import('./cleanup-command.ts');
    return cleanupCommand(flags, surroundings);
  },
};
