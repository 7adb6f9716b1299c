import { runNode } from './workspace-root.ts';

export interface LintCase {
  /** Where the text would stand, relative to the workspace root; the file need not exist. */
  readonly file: string;
  readonly text: string;
}

/** The messages, as `rule: message`, that the workspace's own ESLint configuration gives for each text. */
export function lintTexts(cases: readonly LintCase[]): readonly (readonly string[])[] {
  return JSON.parse(runNode('tools/workspace/src/lint-texts.mjs', [], JSON.stringify(cases))) as string[][];
}
