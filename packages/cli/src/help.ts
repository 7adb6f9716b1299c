import type { CommandName } from './command-line.ts';

const GENERAL = `tta-obs – watch your workflows on this machine

Usage
  tta-obs start                    start the service and its page
  tta-obs run -- <command> [args]  run a program under observation and print its traces
  tta-obs trace [id|latest]        print a stored trace

  tta-obs <command> --help         flags of a command
  tta-obs --version

Environment (flags win)
  TTA_UI_PORT             port of the service, 8765
  TTA_UI_HOST             loopback name or address, 127.0.0.1
  TTA_UI_DB_PATH          database file
  TTA_UI_RETENTION_HOURS  traces that did not change for so long are removed, 24
  TTA_UI_MAX_TRACES       traces that are kept, 1000
  NO_COLOR                no colour

Exit codes
  0  done
  1  the service could not start, does not answer, or has no such trace
  2  the command line is wrong
  run: the exit code of the command; 126 or 127 when it could not be run, 128 + n when signal n ended it
`;

const TOPICS: Readonly<Record<CommandName, string>> = {
  start: `tta-obs start – start the service and its page, until Ctrl-C

Usage
  tta-obs start [--port N] [--host H] [--db-path FILE]

Flags
  --port N        port, 0 for a free one (8765)
  --host H        loopback name or address (127.0.0.1)
  --db-path FILE  database, created when missing (traces.db in your data directory)

Exit codes
  0  stopped by Ctrl-C or SIGTERM
  1  the service could not start
  2  the command line is wrong
`,
  run: `tta-obs run – run a program under observation and print its traces

Usage
  tta-obs run [--exit] [--port N] [--db-path FILE] -- <command> [args…]

The program finds the service through TTA_UI_ENDPOINT, which @tta/obs reads. When it has ended, its newest
traces are printed, and the service stays up until Ctrl-C.

Flags
  --exit          stop the service when the program has ended
  --port N        port, 0 for a free one (8765)
  --db-path FILE  database, created when missing (traces.db in your data directory)

Exit codes
  that of the program; 126 or 127 when it could not be run, 128 + n when signal n ended it
  1  the service could not start
  2  the command line is wrong
`,
  trace: `tta-obs trace – print a trace of the running service

Usage
  tta-obs trace [id|latest] [--logs] [--port N]

Flags
  --logs    also print what was logged in it
  --port N  port of the service (8765)

Exit codes
  0  printed
  1  the service does not answer, or has no such trace
  2  the command line is wrong
`,
};

export function helpText(topic?: CommandName): string {
  return topic === undefined ? GENERAL : TOPICS[topic];
}
