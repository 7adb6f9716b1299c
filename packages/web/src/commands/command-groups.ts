import type { Command } from './command.ts';

const GROUPS: readonly Command['group'][] = ['Go to', 'List', 'Trace', 'Span', 'Page'];

export interface CommandGroup {
  readonly group: Command['group'];
  readonly commands: readonly Command[];
}

/**
 * Commands by their groups, in the order in which one meets them. A command that a later one replaces has lost its keys to
 * it, and is left out when it has no other.
 *
 * @param commands - Those that were added later first.
 */
export function groupCommands(commands: readonly Command[]): readonly CommandGroup[] {
  const taken = new Set<string>();
  const effective = commands.flatMap((command) => {
    const keys = command.keys.filter((key) => !taken.has(key));
    for (const key of keys) taken.add(key);
    return keys.length === 0 && command.keys.length > 0 ? [] : [{ ...command, keys }];
  });
  return GROUPS.map((group) => ({
    group,
    commands: effective.filter((command) => command.group === group),
  })).filter((group) => group.commands.length > 0);
}
