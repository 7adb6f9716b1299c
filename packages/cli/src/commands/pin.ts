import { traceIdOf } from '../trace-id.ts';
import type { Command } from './command.ts';
import { CLIENT_EXIT_CODES, CLIENT_FLAGS, CLIENT_HELP } from './shared-flags.ts';

export const pin: Command<typeof CLIENT_FLAGS> = {
  name: 'pin',
  usage: '<id|latest>',
  summary: 'keep a trace from removal; unpin ends that',
  help: `tta-obs pin – keep a trace from removal by age and number

Usage
  tta-obs pin <id|latest> [flags]

Pinned traces are kept until they take half of what the database may hold;
from then on the newest ones are.

Flags
${CLIENT_HELP}
Exit codes
  0  pinned
${CLIENT_EXIT_CODES}`,
  flags: CLIENT_FLAGS,
  positionals: { least: 1, most: 1 },
  async run({ flags, positionals }, surroundings) {
    const { pinCommand } = await import('./pin-command.ts');
    return pinCommand(flags, traceIdOf(positionals[0]!), true, surroundings);
  },
};

export const unpin: Command<typeof CLIENT_FLAGS> = {
  name: 'unpin',
  usage: '<id|latest>',
  summary: null,
  help: `tta-obs unpin – let a pinned trace go when its time comes

Usage
  tta-obs unpin <id|latest> [flags]

Flags
${CLIENT_HELP}
Exit codes
  0  not pinned any more
${CLIENT_EXIT_CODES}`,
  flags: CLIENT_FLAGS,
  positionals: { least: 1, most: 1 },
  async run({ flags, positionals }, surroundings) {
    const { pinCommand } = await import('./pin-command.ts');
    return pinCommand(flags, traceIdOf(positionals[0]!), false, surroundings);
  },
};
