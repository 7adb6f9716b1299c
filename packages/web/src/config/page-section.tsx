import { useId } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { templateProblem } from '../editor-link.ts';
import type { EditorChoice } from '../editor-link.ts';
import type { ThemeChoice, ThemeSetting } from '../theme.ts';
import { useSettings } from '../use-settings.tsx';

const THEMES: readonly { readonly choice: ThemeChoice; readonly title: string }[] = [
  { choice: 'system', title: 'As the system' },
  { choice: 'light', title: 'Light' },
  { choice: 'dark', title: 'Dark' },
  { choice: 'contrast', title: 'High contrast' },
];

const EDITORS: readonly { readonly choice: EditorChoice; readonly title: string }[] = [
  { choice: 'none', title: 'None' },
  { choice: 'vscode', title: 'VS Code' },
  { choice: 'vscode-insiders', title: 'VS Code Insiders' },
  { choice: 'cursor', title: 'Cursor' },
  { choice: 'windsurf', title: 'Windsurf' },
  { choice: 'zed', title: 'Zed' },
  { choice: 'idea', title: 'IntelliJ IDEA' },
  { choice: 'webstorm', title: 'WebStorm' },
  { choice: 'custom', title: 'Another one' },
];

/** How the page looks and behaves in this browser. */
export function PageSection({ theme }: { readonly theme: ThemeSetting }) {
  const settings = useSettings();
  return (
    <section aria-labelledby="page">
      <h2 id="page">This page</h2>
      <p class="muted">Remembered by this browser.</p>
      <fieldset class="choices">
        <legend>Theme</legend>
        {THEMES.map(({ choice, title }) => (
          <label key={choice}>
            <input
              type="radio"
              name="theme"
              value={choice}
              checked={theme.choice.value === choice}
              onChange={() => theme.choose(choice)}
            />
            {title}
          </label>
        ))}
      </fieldset>
      <fieldset class="choices">
        <legend>Keys</legend>
        <label>
          <input
            type="checkbox"
            checked={settings.areSingleKeysOn.value}
            onChange={(event) => settings.turnSingleKeys(event.currentTarget.checked)}
          />
          Letters, digits and signs are keys without Ctrl or ⌘
        </label>
      </fieldset>
      <fieldset class="choices">
        <legend>Editor that files of a stack are opened in</legend>
        <EditorChoiceField />
      </fieldset>
    </section>
  );
}

function EditorChoiceField() {
  const settings = useSettings();
  const editor = settings.editor.value;
  const example = settings.editorLink('/home/ann/app/src/main.ts', 12, 3);
  return (
    <>
      <select
        class="field"
        aria-label="Editor"
        value={editor}
        onChange={(event) => settings.chooseEditor(event.currentTarget.value as EditorChoice)}
      >
        {EDITORS.map(({ choice, title }) => (
          <option key={choice} value={choice}>
            {title}
          </option>
        ))}
      </select>
      {editor === 'custom' && <TemplateField />}
      {example !== undefined && (
        <p class="muted">
          Line 12 of a file is <code>{example}</code>
        </p>
      )}
    </>
  );
}

function TemplateField() {
  const settings = useSettings();
  const typed = useSignal(settings.editorTemplate.value);
  const problem = typed.value === '' ? undefined : templateProblem(typed.value);
  const help = useId();
  return (
    <>
      <input
        class="field template"
        type="text"
        aria-label="Address of a file in the editor"
        aria-describedby={help}
        aria-invalid={problem !== undefined}
        placeholder="myeditor://open?file={path}&line={line}&column={column}"
        spellcheck={false}
        autocomplete="off"
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
          settings.setEditorTemplate(typed.value);
        }}
      />
      <p id={help} class={problem === undefined ? 'muted' : 'field-problem'} role="status">
        {problem ?? 'With {path}, {line} and {column} where they go.'}
      </p>
    </>
  );
}
