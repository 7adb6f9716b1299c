import type { Command, FlagValues } from './command.ts';
import { CLIENT_FLAGS, CLIENT_HELP } from './shared-flags.ts';

const FLAGS = { ...CLIENT_FLAGS, 'db-path': 'string' } as const;

export type BackupFlags = FlagValues<typeof FLAGS>;

export const backup: Command<typeof FLAGS> = {
  name: 'backup',
  usage: '<file>',
  summary: 'copy the database, also of a running service',
  help: `tta-obs backup – copy the database into a new file

Usage
  tta-obs backup <file> [flags]

Works while a service writes to the database. The copy is a database of its own
(only you can read it): start --db-path <file> opens it. No file is overwritten,
and no folder is made. How far it is stands on stderr if that is a terminal.

Flags
  --db-path FILE  database to copy (that of the service that runs on the port,
                  else traces.db in your data directory)
${CLIENT_HELP}
Exit codes
  0  copied
  1  it could not be done, and no file was left
  2  the command line, a variable or the settings file is wrong
`,
  flags: FLAGS,
  positionals: { least: 1, most: 1 },
  async run({ flags, positionals }, surroundings) {
    const { backupCommand } = await import('./backup-command.ts');
    return backupCommand(flags, positionals[0]!, surroundings);
  },
};
