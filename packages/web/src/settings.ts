import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { editorTemplates, fileLink, isEditor, templateProblem } from './editor-link.ts';
import type { EditorChoice } from './editor-link.ts';

type Store = Pick<Storage, 'getItem' | 'setItem'>;

const SINGLE_KEYS = 'obs.single-keys';
const EDITOR = 'obs.editor';
const EDITOR_TEMPLATE = 'obs.editor-template';

/** What the user of this browser chose; remembered where storage is allowed. */
export class Settings {
  readonly #store: Store;
  readonly #areSingleKeysOn;
  readonly #editor;
  readonly #editorTemplate;
  /** Whether keys without Ctrl or ⌘ do anything; by default they do. */
  readonly areSingleKeysOn: ReadonlySignal<boolean>;
  /** The editor that files are opened in; by default none. */
  readonly editor: ReadonlySignal<EditorChoice>;
  /** The address of a file for the choice `custom`, with `{path}`, `{line}` and `{column}` in it. */
  readonly editorTemplate: ReadonlySignal<string>;

  constructor(store: Store) {
    this.#store = store;
    this.#areSingleKeysOn = signal(this.#read(SINGLE_KEYS) !== 'off');
    const editor = this.#read(EDITOR) ?? '';
    this.#editor = signal<EditorChoice>(isEditor(editor) ? editor : 'none');
    const template = this.#read(EDITOR_TEMPLATE) ?? '';
    this.#editorTemplate = signal(templateProblem(template) === undefined ? template : '');
    this.areSingleKeysOn = this.#areSingleKeysOn;
    this.editor = this.#editor;
    this.editorTemplate = this.#editorTemplate;
  }

  turnSingleKeys(areOn: boolean): void {
    this.#areSingleKeysOn.value = areOn;
    this.#write(SINGLE_KEYS, areOn ? 'on' : 'off');
  }

  chooseEditor(editor: EditorChoice): void {
    this.#editor.value = editor;
    this.#write(EDITOR, editor);
  }

  /** Takes a template for the choice `custom`; one that {@link templateProblem} finds fault with is not taken. */
  setEditorTemplate(template: string): void {
    if (templateProblem(template) !== undefined) return;
    this.#editorTemplate.value = template;
    this.#write(EDITOR_TEMPLATE, template);
  }

  /**
   * The address that opens a file in the chosen editor.
   *
   * @param path - Absolute.
   * @param line - From 1, as `column`.
   * @returns `undefined` without an editor, and for a path that is not absolute or lies on another machine.
   */
  editorLink(path: string, line = 1, column = 1): string | undefined {
    const editor = this.#editor.value;
    const template = editor === 'custom' ? this.#editorTemplate.value : editorTemplates[editor];
    return template === '' ? undefined : fileLink(template, path, line, column);
  }

  #read(key: string): string | null {
    try {
      return this.#store.getItem(key);
    } catch {
      return null;
    }
  }

  #write(key: string, value: string): void {
    try {
      this.#store.setItem(key, value);
    } catch {
      // A full or forbidden storage only means that the choice ends with the page.
    }
  }
}
