import { describe, expect, it } from '@jest/globals';
import type { Command } from './command.ts';
import { groupCommands } from './command-groups.ts';

function command(title: string, group: Command['group'], ...keys: string[]): Command {
  return { title, group, keys, run: () => {} };
}

describe('groupCommands', () => {
  it('keeps the order of the groups, and within one that of the commands', () => {
    const groups = groupCommands([
      command('Show all keys', 'Page', '?'),
      command('Next row', 'Trace', 'j'),
      command('Traces', 'Go to', 'g t'),
      command('Previous row', 'Trace', 'k'),
    ]);
    expect(groups.map(({ group, commands }) => [group, commands.map(({ title }) => title)])).toEqual([
      ['Go to', ['Traces']],
      ['Trace', ['Next row', 'Previous row']],
      ['Page', ['Show all keys']],
    ]);
  });

  it('tells of a key only what it does now', () => {
    const groups = groupCommands([
      command('Close the details', 'Trace', 'Escape'),
      command('Next match', 'Trace', 'n', 'ArrowDown'),
      command('Next row', 'Trace', 'j', 'ArrowDown'),
      command('Back to the list', 'Trace', 'Escape'),
      command('Copy the id', 'Trace'),
    ]);
    expect(groups[0]?.commands.map(({ title, keys }) => [title, keys])).toEqual([
      ['Close the details', ['Escape']],
      ['Next match', ['n', 'ArrowDown']],
      ['Next row', ['j']],
      ['Copy the id', []],
    ]);
  });
});
