import type { FlagValues } from './command.ts';

/** How a running service is found. */
export const CLIENT_FLAGS = {
  port: 'string',
  host: 'string',
  token: 'string',
  config: 'string',
} as const;

/** How a service is started. */
export const SERVICE_FLAGS = {
  ...CLIENT_FLAGS,
  'db-path': 'string',
  'otlp-ports': 'string',
  'retention-hours': 'string',
  'max-traces': 'string',
  'max-bytes': 'string',
  durability: 'string',
  'keep-secrets': 'boolean',
} as const;

/** The flags of every command that asks a running service. */
export type ClientFlags = FlagValues<typeof CLIENT_FLAGS>;

/** The flags of every command that may start a service. */
export type ServiceFlags = FlagValues<typeof SERVICE_FLAGS>;

export const CLIENT_HELP = `  --port N        port of the service (8765)
  --host H        its name or address (127.0.0.1)
  --token T       its token, when it wants one; better TTA_UI_TOKEN or the file
  --config FILE   settings file, see tta-obs start --help
`;

export const SERVICE_HELP = `  --port N             page, REST and all of OTLP; 0 for a free one (8765)
  --otlp-ports N,N     OTLP also here, where free; none (4318,4317; none with
                       --port 0)
  --host H             name or address (127.0.0.1); one that other machines
                       reach needs a token, and makes one unless given
  --token T            what every request must show (none); better given by
                       variable or file: others see command lines
  --db-path FILE       database, created when missing (traces.db in your data
                       directory)
  --max-traces N       traces that are kept (1000)
  --retention-hours N  how long they are kept after their last change (24)
  --max-bytes SIZE     what the database may take, as 500MB or 1GiB (1GiB)
  --durability D       process: what is stored outlives the process; full: also
                       a loss of power, but slower (process)
  --keep-secrets       store known forms of secrets as they arrive (they are
                       taken out)
  --config FILE        settings file (config.json, see below)
`;

/** Exit codes of commands that ask for traces, beside 0. */
export const CLIENT_EXIT_CODES = `  1  the service does not answer or wants another token, or has no such trace
  2  the command line, a variable or the settings file is wrong
`;
