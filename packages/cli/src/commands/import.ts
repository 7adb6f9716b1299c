import type { Command, FlagValues } from './command.ts';
import { CLIENT_FLAGS, CLIENT_HELP } from './shared-flags.ts';

const FLAGS = { ...CLIENT_FLAGS, format: 'string' } as const;

export type ImportFlags = FlagValues<typeof FLAGS>;

export const importTraces: Command<typeof FLAGS> = {
  name: 'import',
  usage: '<file…>',
  summary: 'store the traces of files',
  help: `tta-obs import – store the traces of files in the running service

Usage
  tta-obs import <file…> [--format F] [flags]

A file may be gzipped; - is stdin. A part that is damaged is told with its
place and left out, the rest is stored. What is stored already is kept once, so
a file can be imported again. What the service keeps of it, and for how long, is
as with any trace: see tta-obs start --help.

Flags
  --format F      of all files; by default it is found out from each
                  otlp        OTLP in JSON, a request a line
                  jaeger      what Jaeger UI and its API give
                  zipkin      Zipkin v2
                  chrome      trace events, of those that were exported here
${CLIENT_HELP}
Exit codes
  0  all is stored
  1  something was left out or refused, or a file cannot be read or has another
     format than the one that is named; or the service does not answer or wants
     another token
  2  the command line, a variable or the settings file is wrong
`,
  flags: FLAGS,
  positionals: { least: 1, most: Infinity },
  async run({ flags, positionals }, surroundings) {
    const { importCommand } = await import('./import-command.ts');
    return importCommand(flags, positionals, surroundings);
  },
};
