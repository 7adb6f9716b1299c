import { CommandError } from './command-error.ts';
import { parseCommandLine } from './command-line.ts';
import { generalHelp } from './help.ts';
import { ownVersion } from './own-version.ts';
import type { Surroundings } from './surroundings.ts';

/** Runs one command line and returns the exit code. Errors of the user's making are one line on stderr. */
export async function main(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings;
  try {
    return await dispatch(args, surroundings);
  } catch (error) {
    if (error instanceof CommandError) {
      terminal.err(`tta-obs: ${error.message}\n`);
      return error.exitCode;
    }
    throw error;
  }
}

async function dispatch(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings;
  const line = parseCommandLine(args);
  switch (line.kind) {
    case 'help':
      terminal.out(line.topic?.help ?? generalHelp());
      return 0;
    case 'version':
      terminal.out(`${ownVersion()}\n`);
      return 0;
    case 'command':
      return line.command.run(line.words, surroundings);
  }
}
