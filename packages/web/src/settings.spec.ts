import { describe, expect, it } from '@jest/globals';
import { Settings } from './settings.ts';

function memoryStorage(
  entries: Record<string, string> = {},
): Pick<Storage, 'getItem' | 'setItem'> & { readonly held: Map<string, string> } {
  const held = new Map(Object.entries(entries));
  return {
    held,
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
  };
}

describe('Settings', () => {
  it('opens files in no editor until one is chosen, and remembers it', () => {
    const storage = memoryStorage();
    const settings = new Settings(storage);
    expect(settings.editorLink('/a.ts', 3)).toBeUndefined();
    settings.chooseEditor('vscode');
    expect(settings.editorLink('/a.ts', 3)).toBe('vscode://file/a.ts:3:1');
    expect(new Settings(storage).editor.value).toBe('vscode');
  });

  it('opens files by an address of the user, and takes none that runs a script', () => {
    const storage = memoryStorage();
    const settings = new Settings(storage);
    settings.chooseEditor('custom');
    expect(settings.editorLink('/a.ts')).toBeUndefined();
    settings.setEditorTemplate('my-editor://{path}#{line}');
    settings.setEditorTemplate('javascript://{path}');
    expect(settings.editorLink('/a.ts', 3)).toBe('my-editor:///a.ts#3');
    expect(new Settings(storage).editorLink('/a.ts', 3)).toBe('my-editor:///a.ts#3');
  });

  it('takes nothing from storage that it does not know, and no address that runs a script', () => {
    const settings = new Settings(
      memoryStorage({ 'obs.editor': 'custom', 'obs.editor-template': 'javascript://{path}' }),
    );
    expect(settings.editorLink('/a.ts')).toBeUndefined();
    expect(new Settings(memoryStorage({ 'obs.editor': 'toString' })).editor.value).toBe('none');
  });

  it('remembers whether single keys are on', () => {
    const storage = memoryStorage();
    const settings = new Settings(storage);
    expect(settings.areSingleKeysOn.value).toBe(true);
    settings.turnSingleKeys(false);
    expect(new Settings(storage).areSingleKeysOn.value).toBe(false);
  });

  it('keeps working where storage is forbidden', () => {
    const forbidden = (): never => {
      throw new Error('The operation is insecure.');
    };
    const settings = new Settings({ getItem: forbidden, setItem: forbidden });
    settings.chooseEditor('zed');
    expect(settings.editorLink('/a.ts')).toBe('zed://file/a.ts:1:1');
  });
});
