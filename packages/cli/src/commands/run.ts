import type { Command, FlagValues } from './command.ts';
import { SERVICE_FLAGS, SERVICE_HELP } from './shared-flags.ts';

const FLAGS = { ...SERVICE_FLAGS, exit: 'boolean' } as const;

export type RunFlags = FlagValues<typeof FLAGS>;

export const run: Command<typeof FLAGS> = {
  name: 'run',
  usage: '-- <command> [args]',
  summary: 'run a program under observation',
  help: `tta-obs run – run a program under observation and print its traces

Usage
  tta-obs run [--exit] [flags] -- <command> [args…]

The program finds the service through TTA_UI_ENDPOINT and TTA_UI_TOKEN, which
@tta/obs reads, and through OTEL_EXPORTER_OTLP_ENDPOINT and the like, which
every OpenTelemetry SDK reads. The OTEL_* that you have set stay, and with an
endpoint of yours among them none is added; TTA_UI_* are always of the service.
When it has ended, its newest traces are printed, and the service stays up until
Ctrl-C.

A service that runs already on that port is used, and goes on by itself; unless
another database is named.

Flags
${SERVICE_HELP}  --exit               stop the service when the program has ended

Variables and settings file: see tta-obs start --help.

Exit codes
  that of the program; 126 or 127 when it could not be run,
  128 + n when signal n ended it
  1  the service could not start
  2  the command line, a variable or the settings file is wrong
`,
  flags: FLAGS,
  program: { isOptional: false, example: 'tta-obs run [--exit] -- node app.js' },
  async run({ flags, program }, surroundings) {
    const { runCommand } = await import('./run-command.ts');
    return runCommand(flags, program as readonly [string, ...string[]], surroundings);
  },
};
