import type { Command, FlagValues } from './command.ts';
import { SERVICE_FLAGS, SERVICE_HELP } from './shared-flags.ts';

const FLAGS = { ...SERVICE_FLAGS, json: 'boolean' } as const;

export type ConfigFlags = FlagValues<typeof FLAGS>;

export const config: Command<typeof FLAGS> = {
  name: 'config',
  usage: '[path|set|unset]',
  summary: 'the settings, and where each comes from',
  help: `tta-obs config – show the settings, and write those of the settings file

Usage
  tta-obs config [--json] [flags]      each setting, and where it comes from
  tta-obs config path                  the settings file
  tta-obs config set <name> <value>    write one into the file
  tta-obs config unset <name>          take one out of it

  tta-obs config set maxTraces 5000
  tta-obs config set otlpPorts none
  tta-obs config unset maxBytes

The names are those of the flags of tta-obs start, in camelCase. Flags win over
variables, variables over the file; with flags, it shows what start would make
of them. The file is written all or not, readable by you alone. A token is not
shown. A service that runs keeps the settings that it was started with. A file
that --config names is made when it is missing.

Flags
  --json               as JSON: name, value, source and place of each
${SERVICE_HELP}
Exit codes
  0  shown or written
  1  the file cannot be written
  2  the command line, a variable or the settings file is wrong
`,
  flags: FLAGS,
  positionals: { least: 0, most: 3 },
  async run({ flags, positionals }, surroundings) {
    const { configCommand } = await import('./config-command.ts');
    return configCommand(flags, positionals, surroundings);
  },
};
