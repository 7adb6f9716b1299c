import type { CommandName } from './command-line.ts';

const GENERAL = `tta-obs – watch your workflows on this machine

Usage
  tta-obs start [--detach]         start the service and its page
  tta-obs status                   whether it runs, and what it holds
  tta-obs stop                     stop it
  tta-obs run -- <command> [args]  run a program under observation
  tta-obs trace [id|latest]        print a stored trace
  tta-obs traces                   list the newest traces
  tta-obs stats [--since 1h]       how each primitive did
  tta-obs pin <id|latest>          keep a trace from removal; unpin ends that
  tta-obs cleanup [--preview]      remove what is over the limits
  tta-obs backup <file>            copy the database, also of a running service

  tta-obs <command> --help         flags of a command
  tta-obs --version

Settings
  Flags win over variables, and variables over the settings file.
  tta-obs start --help lists them all.

Exit codes
  0  done
  1  it could not be done: one line on stderr says why
  2  the command line, a variable or the settings file is wrong
  run: the exit code of the command; 126 or 127 when it could not be run,
       128 + n when signal n ended it
`;

const SERVICE_FLAGS = `Flags
  --port N             page, REST and all of OTLP; 0 for a free one (8765)
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

const CLIENT_FLAGS = `  --port N        port of the service (8765)
  --host H        its name or address (127.0.0.1)
  --token T       its token, when it wants one; better TTA_UI_TOKEN or the file
  --config FILE   settings file, see tta-obs start --help
`;

const CLIENT_EXIT_CODES = `  1  the service does not answer or wants another token, or has no such trace
  2  the command line, a variable or the settings file is wrong
`;

const TOPICS: Readonly<Record<CommandName, string>> = {
  start: `tta-obs start – start the service and its page, until Ctrl-C

Usage
  tta-obs start [--detach] [flags]

${SERVICE_FLAGS}  --detach             in the background, until tta-obs stop; what it prints
                       goes to a log beside the database

${SETTINGS_HELP}
Exit codes
  0  stopped by Ctrl-C or SIGTERM; with --detach: it serves
  1  the service could not start
  2  the command line, a variable or the settings file is wrong
`,
  status: `tta-obs status – whether the service runs, and what it holds

Usage
  tta-obs status [--json] [flags]

Flags
  --json          print what GET /health answers
${CLIENT_FLAGS}
Exit codes
  0  it runs
  1  it does not answer, wants another token, or cannot store what it is sent
  2  the command line, a variable or the settings file is wrong
`,
  stop: `tta-obs stop – stop a service of this machine as Ctrl-C does

Usage
  tta-obs stop [flags]

What it was sent is stored before it ends.

Flags
  --db-path FILE  its database, when it has a token that you do not know
${CLIENT_FLAGS}
Exit codes
  0  stopped
  1  no service answers, or it cannot be stopped
  2  the command line, a variable or the settings file is wrong
`,
  run: `tta-obs run – run a program under observation and print its traces

Usage
  tta-obs run [--exit] [flags] -- <command> [args…]

The program finds the service through TTA_UI_ENDPOINT and TTA_UI_TOKEN, which
@tta/obs reads, and through OTEL_EXPORTER_OTLP_ENDPOINT and the like, which
every OpenTelemetry SDK reads; those that you have set stay as they are. When it
has ended, its newest traces are printed, and the service stays up until Ctrl-C.

A service that runs already on that port is used, and goes on by itself; unless
another database is named.

${SERVICE_FLAGS}  --exit               stop the service when the program has ended

Variables and settings file: see tta-obs start --help.

Exit codes
  that of the program; 126 or 127 when it could not be run,
  128 + n when signal n ended it
  1  the service could not start
  2  the command line, a variable or the settings file is wrong
`,
  trace: `tta-obs trace – print a trace of the running service

Usage
  tta-obs trace [id|latest] [--logs] [flags]

Flags
  --logs          also print what was logged in it
${CLIENT_FLAGS}
Exit codes
  0  printed
${CLIENT_EXIT_CODES}`,
  traces: `tta-obs traces – list the newest traces of the running service

Usage
  tta-obs traces [--limit N] [--json | --markdown] [flags]

Flags
  --limit N       how many, up to 500 (20)
  --json          as JSON, as the REST interface has them
  --markdown      as a table of Markdown
${CLIENT_FLAGS}
Exit codes
  0  printed
  1  the service does not answer or wants another token
  2  the command line, a variable or the settings file is wrong
`,
  stats: `tta-obs stats – how each primitive did: calls, failures, percentiles

Usage
  tta-obs stats [--since TIME] [--service NAME] [--json | --markdown] [flags]

It counts what has come in since, also of traces that are removed by now; those
with the most time in them come first. Times beyond six hours begin with a whole
hour, and percentiles are at most 1 % wrong.

Flags
  --since TIME    from how long ago: 15m, 6h, 7d; up to 90d (1h)
  --service NAME  of this service alone
  --json          as JSON, as the REST interface has it
  --markdown      as a table of Markdown
${CLIENT_FLAGS}
Exit codes
  0  printed
  1  the service does not answer or wants another token
  2  the command line, a variable or the settings file is wrong
`,
  pin: `tta-obs pin – keep a trace from removal by age and number

Usage
  tta-obs pin <id|latest> [flags]

Pinned traces are kept until they take half of what the database may hold;
from then on the newest ones are.

Flags
${CLIENT_FLAGS}
Exit codes
  0  pinned
${CLIENT_EXIT_CODES}`,
  unpin: `tta-obs unpin – let a pinned trace go when its time comes

Usage
  tta-obs unpin <id|latest> [flags]

Flags
${CLIENT_FLAGS}
Exit codes
  0  not pinned any more
${CLIENT_EXIT_CODES}`,
  cleanup: `tta-obs cleanup – remove the traces that are over the limits

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
${CLIENT_FLAGS}
Exit codes
  0  removed or shown
  1  it could not be done, or the answer was no
  2  the command line, a variable or the settings file is wrong
`,
  backup: `tta-obs backup – copy the database into a new file

Usage
  tta-obs backup <file> [flags]

Works while a service writes to the database. The copy is a database of its own
(only you can read it): start --db-path <file> opens it. No file is overwritten.

Flags
  --db-path FILE  database to copy (that of the service that runs on the port,
                  else traces.db in your data directory)
${CLIENT_FLAGS}
Exit codes
  0  copied
  1  it could not be done, and no file was left
  2  the command line, a variable or the settings file is wrong
`,
};

export function helpText(topic?: CommandName): string {
  return topic === undefined ? GENERAL : TOPICS[topic];
}
