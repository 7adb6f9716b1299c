import { COMMANDS } from './commands/all-commands.ts';

/** The answer to `tta-obs --help`. */
export function generalHelp(): string {
  const lines = COMMANDS.flatMap(({ name, usage, summary }) =>
    summary === null ? [] : [{ usage: `tta-obs ${name} ${usage}`.trimEnd(), summary }],
  );
  const width = Math.max(...lines.map(({ usage }) => usage.length)) + 2;
  return `tta-obs – watch your workflows on this machine

Usage
${lines.map(({ usage, summary }) => `  ${usage.padEnd(width)}${summary}\n`).join('')}
  ${'tta-obs <command> --help'.padEnd(width)}flags of a command
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
}
