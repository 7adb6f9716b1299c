import type { Command, FlagValues } from './command.ts';
import { SERVICE_FLAGS, SERVICE_HELP } from './shared-flags.ts';

const FLAGS = { ...SERVICE_FLAGS, detach: 'boolean' } as const;

export type StartFlags = FlagValues<typeof FLAGS>;

const SETTINGS_HELP = `Variables (flags win; an empty one counts as unset)
  TTA_UI_PORT          TTA_UI_OTLP_PORTS    TTA_UI_HOST      TTA_UI_TOKEN
  TTA_UI_DB_PATH       TTA_UI_MAX_TRACES    TTA_UI_MAX_BYTES
  TTA_UI_RETENTION_HOURS                    TTA_UI_DURABILITY
  TTA_UI_KEEP_SECRETS  TTA_UI_CONFIG        NO_COLOR

Settings file (variables win)
  JSON with the names of the flags in camelCase: { "maxTraces": 5000 }
  $XDG_CONFIG_HOME/tta-obs/config.json, else ~/.config/tta-obs/config.json
  macOS    ~/Library/Application Support/tta-obs/config.json
  Windows  %APPDATA%\\tta-obs\\config.json
`;

export const start: Command<typeof FLAGS> = {
  name: 'start',
  usage: '[--detach]',
  summary: 'start the service and its page',
  help: `tta-obs start – start the service and its page, until Ctrl-C

Usage
  tta-obs start [--detach] [flags]

Flags
${SERVICE_HELP}  --detach             in the background, until tta-obs stop; what it prints
                       goes to a log beside the database

${SETTINGS_HELP}
Exit codes
  0  stopped by Ctrl-C or SIGTERM; with --detach: it serves
  1  the service could not start
  2  the command line, a variable or the settings file is wrong
`,
  flags: FLAGS,
  async run({ flags }, surroundings) {
    const { startCommand } = await import('./start-command.ts');
    return startCommand(flags, surroundings);
  },
};
