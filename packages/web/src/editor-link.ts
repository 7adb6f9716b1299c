/** An editor that opens a file by an address. */
export type Editor = 'vscode' | 'vscode-insiders' | 'cursor' | 'windsurf' | 'zed' | 'idea' | 'webstorm';
/** `custom`: by an address of the user's own. */
export type EditorChoice = Editor | 'none' | 'custom';

/** The address of a file in each editor; empty for those that have none. */
export const editorTemplates: Readonly<Record<Exclude<EditorChoice, 'custom'>, string>> = {
  none: '',
  vscode: 'vscode://file{path}:{line}:{column}',
  'vscode-insiders': 'vscode-insiders://file{path}:{line}:{column}',
  cursor: 'cursor://file{path}:{line}:{column}',
  windsurf: 'windsurf://file{path}:{line}:{column}',
  zed: 'zed://file{path}:{line}:{column}',
  idea: 'idea://open?file={path}&line={line}&column={column}',
  webstorm: 'webstorm://open?file={path}&line={line}&column={column}',
};

/** Schemes by which an address runs a script, or shows something under the name of this page. */
const UNSAFE_SCHEMES = [
  'javascript',
  'data',
  'vbscript',
  'blob',
  'filesystem',
  'view-source',
  'about',
  'file',
];

export function isEditor(value: string): value is EditorChoice {
  return value === 'custom' || Object.hasOwn(editorTemplates, value);
}

/** What is wrong with the address of a user's own editor, as a sentence; `undefined` when nothing is. */
export function templateProblem(template: string): string | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(template)?.[1]?.toLowerCase();
  // Browsers take blanks and control characters out of an address before they read it.
  if (!/^[\x21-\x7e]+$/.test(template) || scheme === undefined)
    return 'It has to begin with a scheme, such as myeditor://, and to have no blanks.';
  if (UNSAFE_SCHEMES.includes(scheme)) return `${scheme}: opens no editor.`;
  if (!template.includes('{path}')) return 'It has to say where the file goes: {path}.';
  return undefined;
}

/**
 * Puts a file into the template of an editor's address.
 *
 * @param line - From 1, as `column`.
 * @returns `undefined` for a path that is not absolute, climbs (`..`) or lies on another machine.
 */
export function fileLink(template: string, path: string, line: number, column: number): string | undefined {
  const slashed = path.replaceAll('\\', '/');
  const rooted = /^[a-z]:\//i.test(slashed) ? `/${slashed}` : slashed;
  if (!rooted.startsWith('/') || rooted.startsWith('//') || hasControlCharacter(rooted)) return undefined;
  // Whoever reads the address would climb out of the folder that the path was found to be in.
  if (rooted.split('/').includes('..')) return undefined;
  let encoded: string;
  try {
    // A colon stays: what follows the last two is line and column. Ampersands would end the value of a parameter.
    encoded = encodeURI(rooted).replace(/[#?&+;,=$@]/g, encodeURIComponent);
  } catch {
    // Half of a surrogate pair: no file has such a name.
    return undefined;
  }
  const at: Readonly<Record<string, string>> = {
    path: encoded,
    line: positionOf(line),
    column: positionOf(column),
  };
  return template.replace(/\{(path|line|column)\}/g, (_, name: string) => at[name]!);
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\x7f');
}

function positionOf(value: number): string {
  return String(Number.isSafeInteger(value) && value > 0 ? value : 1);
}
