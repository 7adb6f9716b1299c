import type { Command, FlagValues } from './command.ts';
import { CLIENT_FLAGS, CLIENT_HELP } from './shared-flags.ts';

const FLAGS = {
  ...CLIENT_FLAGS,
  since: 'string',
  'otlp-ports': 'string',
  'db-path': 'string',
  json: 'boolean',
} as const;

export type DoctorFlags = FlagValues<typeof FLAGS>;

export const doctor: Command<typeof FLAGS> = {
  name: 'doctor',
  usage: '[-- <command>]',
  summary: 'find what is wrong with a set-up',
  help: `tta-obs doctor – find what is wrong with a set-up, and what mends it

Usage
  tta-obs doctor [--since TIME] [--json] [flags]
  tta-obs doctor [--json] [flags] -- <command> [args…]

Looks at the service, at the variables of this shell, and at the newest 200
traces. With a command it runs it as tta-obs run does, and looks at what the
command had been told and has sent; it has ended when it is looked at.

  service        whether it runs, is ours and of this version, and can store
  variables      OTEL_* with which programs send no traces
  ports          4318 and 4317, where programs send by default
  destination    where OTEL_EXPORTER_OTLP_* and TTA_UI_ENDPOINT lead; an export
                 that holds nothing is sent there, with the headers of
                 OTEL_EXPORTER_OTLP_HEADERS
  arrival        with a command: whether anything has come
  refusals       what the service was sent and did not take; a note (!) when
                 nothing was refused while it looked
  times          spans from the future, or in other units
  clocks         two processes whose clocks differ
  orphans        spans whose parent never arrived
  flush          processes that ended before their last spans were sent
  context        traces that are parts of others: the context was lost
  double spans   one call that two instrumentations report
  double set-up  one process that has set OpenTelemetry up twice
  limits         spans of which an SDK has left something out

A check that cannot know says nothing.

Flags
  --since TIME    traces from how long ago: 15m, 6h, 7d; of them the newest 500
  --json          as JSON: checks; findings and notes with evidence and mend
  --otlp-ports N,N
                  where programs send by default, or none (4318,4317)
  --db-path FILE  the database that the service keeps or, with a command, is to
                  keep
${CLIENT_HELP}
Exit codes
  0  nothing was found, or only noted
  1  something was found, or the command could not be run
  2  the command line, a variable or the settings file is wrong
`,
  flags: FLAGS,
  program: { isOptional: true, example: 'tta-obs doctor [--json] -- node app.js' },
  async run({ flags, program }, surroundings) {
    const { doctorCommand } = await import('../doctor/doctor-command.ts');
    return doctorCommand(flags, program, surroundings);
  },
};
