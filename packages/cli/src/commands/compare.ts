import type { Command, FlagValues } from './command.ts';
import { CLIENT_FLAGS, CLIENT_HELP } from './shared-flags.ts';

const FLAGS = {
  ...CLIENT_FLAGS,
  baseline: 'string',
  candidate: 'string',
  since: 'string',
  service: 'string',
  'fail-on': 'string',
  json: 'boolean',
  markdown: 'boolean',
} as const;

export type CompareFlags = FlagValues<typeof FLAGS>;

export const compare: Command<typeof FLAGS> = {
  name: 'compare',
  usage: '--baseline V',
  summary: 'what got slower, dearer or more error-prone',
  help: `tta-obs compare – which primitives became slower, dearer or more error-prone

Usage
  tta-obs compare --baseline V [--candidate V] [--since TIME] [--service NAME]
                  [--fail-on LIST] [--json | --markdown] [flags]

V is what your services have told: their service.version, or the commit that
they ran from. Of a commit any name will do that git has for it here (main,
v1.2.0, HEAD~1) or its first 7 digits; with -dirty behind it, what ran from its
working tree with changes that are not committed.

It counts what has come in since, also of traces that are removed by now. What
is called a change is one that chance does not explain: where nothing changed,
at most 5 % of comparisons tell of any change. Medians that differ by less than
5 %, and costs that differ by less than 1 %, are no change, and nothing is told
of what ran fewer than 5 times in one of the versions.

Flags
  --baseline V    what is compared with
  --candidate V   what is compared (the version, or commit, of the same services
                  that ran last)
  --since TIME    from how long ago: 15m, 6h, 7d; up to 90d (7d)
  --service NAME  of this service alone
  --fail-on LIST  end with 3 when something is one of these: slower, dearer,
                  errors
  --json          as JSON, as the REST interface has it
  --markdown      for a pull request
${CLIENT_HELP}
Examples
  tta-obs compare --baseline main
  tta-obs compare --baseline HEAD --candidate HEAD-dirty
  tta-obs compare --baseline 1.2.0 --candidate 1.3.0 --fail-on slower,errors

Exit codes
  0  printed
  1  the service does not answer or wants another token, or has nothing of
     one of the versions
  2  the command line, a variable or the settings file is wrong
  3  something is what --fail-on names
`,
  flags: FLAGS,
  async run({ flags }, surroundings) {
    const { compareCommand } = await import('./compare-command.ts');
    return compareCommand(flags, surroundings);
  },
};
