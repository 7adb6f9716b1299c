import { describe, expect, it } from '@jest/globals';
import type { Command } from './command.ts';
import { CommandRegistry } from './command-registry.ts';
import type { KeyPress } from './command-registry.ts';

function press(key: string, changes: Partial<KeyPress> = {}): KeyPress {
  return { key, ctrlKey: false, metaKey: false, altKey: false, timeStamp: 0, ...changes };
}

function command(title: string, ...keys: string[]): Command {
  return { title, group: 'Page', keys, run: () => {} };
}

describe('CommandRegistry', () => {
  it('finds a command by any of its keys', () => {
    const registry = new CommandRegistry();
    registry.add(() => [command('next', 'j', 'ArrowDown'), command('palette', 'Mod+k')]);
    expect(registry.take(press('ArrowDown'))?.title).toBe('next');
    expect(registry.take(press('k', { metaKey: true }))?.title).toBe('palette');
    expect(registry.take(press('k', { ctrlKey: true }))?.title).toBe('palette');
    expect(registry.take(press('k'))).toBeUndefined();
    expect(registry.take(press('j', { altKey: true }))).toBeUndefined();
    expect(registry.take(press('j', { ctrlKey: true }))).toBeUndefined();
  });

  it('tells an arrow with Shift from the arrow alone', () => {
    const registry = new CommandRegistry();
    registry.add(() => [command('fold', 'ArrowLeft'), command('fold all beside it', 'Shift+ArrowLeft')]);
    expect(registry.take(press('ArrowLeft', { shiftKey: true }))?.title).toBe('fold all beside it');
    expect(registry.take(press('ArrowLeft', { shiftKey: false }))?.title).toBe('fold');
    expect(registry.take(press('ArrowDown', { shiftKey: true }))).toBeUndefined();
  });

  it('prefers what came later, until it goes', () => {
    const registry = new CommandRegistry();
    registry.add(() => [command('page', 'j')]);
    const remove = registry.add(() => [command('part', 'j')]);
    expect(registry.take(press('j'))?.title).toBe('part');
    remove();
    expect(registry.take(press('j'))?.title).toBe('page');
    expect(registry.changes.value).toBe(3);
  });

  it('takes two keys one after the other, unless the second comes late', () => {
    const registry = new CommandRegistry();
    registry.add(() => [command('traces', 'g t'), command('theme', 't')]);
    expect(registry.take(press('g'))).toBeUndefined();
    expect(registry.take(press('t', { timeStamp: 900 }))?.title).toBe('traces');
    expect(registry.take(press('t', { timeStamp: 950 }))?.title).toBe('theme');
    registry.take(press('g', { timeStamp: 1_000 }));
    expect(registry.take(press('t', { timeStamp: 2_001 }))?.title).toBe('theme');
  });

  it('leaves letters alone when they are turned off, and no others', () => {
    const registry = new CommandRegistry();
    registry.areSingleKeysOn.value = false;
    registry.add(() => [command('next', 'j', 'ArrowDown'), command('palette', 'Mod+k')]);
    expect(registry.take(press('j'))).toBeUndefined();
    expect(registry.take(press('ArrowDown'))?.title).toBe('next');
    expect(registry.take(press('k', { ctrlKey: true }))?.title).toBe('palette');
  });
});
