import { readFileSync } from 'node:fs';
import { CommandError } from './command-error.ts';
import { parseCommandLine } from './command-line.ts';
import { helpText } from './help.ts';
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

/** Each command is loaded when it is asked for: help and version answer at once. */
async function dispatch(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings;
  const line = parseCommandLine(args);
  switch (line.command) {
    case 'help':
      terminal.out(helpText(line.topic));
      return 0;
    case 'version':
      terminal.out(`${ownVersion()}\n`);
      return 0;
    case 'start': {
      const { startCommand } = await import('./start-command.ts');
      return startCommand(line.flags, surroundings);
    }
    case 'status': {
      const { statusCommand } = await import('./status-command.ts');
      return statusCommand(line.flags, surroundings);
    }
    case 'stop': {
      const { stopCommand } = await import('./stop-command.ts');
      return stopCommand(line.flags, surroundings);
    }
    case 'traces': {
      const { tracesCommand } = await import('./traces-command.ts');
      return tracesCommand(line.flags, surroundings);
    }
    case 'stats': {
      const { statsCommand } = await import('./stats-command.ts');
      return statsCommand(line.flags, surroundings);
    }
    case 'run': {
      const { runCommand } = await import('./run-command.ts');
      return runCommand(line.flags, line.program, surroundings);
    }
    case 'cleanup': {
      const { cleanupCommand } = await import('./cleanup-command.ts');
      return cleanupCommand(line.flags, surroundings);
    }
    case 'pin':
    case 'unpin': {
      const { pinCommand } = await import('./pin-command.ts');
      return pinCommand(line.flags, line.traceId, line.command === 'pin', surroundings);
    }
    case 'backup': {
      const { backupCommand } = await import('./backup-command.ts');
      return backupCommand(line.flags, line.file, surroundings);
    }
    case 'trace': {
      const { traceCommand } = await import('./trace-command.ts');
      return traceCommand(line.flags, line.traceId, surroundings);
    }
  }
}

function ownVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
