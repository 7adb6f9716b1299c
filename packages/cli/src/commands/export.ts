import type { Command, FlagValues } from './command.ts';
import { CLIENT_FLAGS, CLIENT_HELP } from './shared-flags.ts';

const FLAGS = {
  ...CLIENT_FLAGS,
  all: 'boolean',
  format: 'string',
  out: 'string',
  force: 'boolean',
} as const;

export type ExportFlags = FlagValues<typeof FLAGS>;

export const exportTraces: Command<typeof FLAGS> = {
  name: 'export',
  usage: '[id|latest|--all]',
  summary: 'write traces in a format of others',
  help: `tta-obs export – write stored traces in a format of others

Usage
  tta-obs export [id|latest|--all] [--format F] [--out FILE [--force]] [flags]

Without --out it goes to stdout, to be piped. With it, progress is told on
stderr if that is a terminal; the file has another name until it is complete,
and only you can read it.

Flags
  --all           all traces, newest first
  --format F      one of these (otlp)
                  otlp        OTLP in JSON, a request a line, as the
                              OpenTelemetry Collector writes and reads it
                  jaeger      for Jaeger UI
                  zipkin      Zipkin v2, for its UI and POST /api/v2/spans
                  chrome      trace events, for Perfetto and chrome://tracing
                  speedscope  for speedscope.app: names and times alone
  --out FILE      into this file, of a folder that is there
  --force         also when there is such a file: replace it
${CLIENT_HELP}
What comes along
  tta-obs import reads all but speedscope back without loss: what Jaeger, Zipkin
  and Chrome have no place for, as nanoseconds and lists, is in a tag tta.otlp.
  In no format is what the service does not keep: schema URLs, counts of dropped
  attributes of resources and scopes, and types that JSON has not; a double
  without fraction comes as an integer, integers beyond 2^53 and bytes (base64)
  as text. Log records, metrics and pins are not exported.
  Files for Jaeger, Chrome and speedscope are made in memory, of at most 256 MiB
  of spans; otlp and zipkin have no such limit.

Exit codes
  0  exported
  1  the service does not answer or wants another token, or has no such trace;
     or a trace was removed by retention while being read, so that a part of it
     is missing; or the file cannot be written, and none was left
  2  the command line, a variable or the settings file is wrong
  128 + n when signal n ended it, as 130 for Ctrl-C; no file was left
`,
  flags: FLAGS,
  positionals: { least: 0, most: 1 },
  async run({ flags, positionals }, surroundings) {
    const { exportCommand } = await import('./export-command.ts');
    return exportCommand(flags, positionals[0], surroundings);
  },
};
