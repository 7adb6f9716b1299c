import { invalid } from '../requirement.ts';

/** A tree in a text: the line of its span, and what is below it. */
export interface DrawnTree {
  readonly line: string;
  readonly children: readonly DrawnTree[] | 'any';
}

interface GrowingTree extends DrawnTree {
  children: GrowingTree[] | 'any';
}

/** In place of all that is inside a span. */
const whatever = '…';

/**
 * Trees in a text, a line for each span: as a message draws them, or with plain indentation. `…` as the only line below
 * a span stands for whatever is inside it.
 *
 * ```
 * primitive.retry.execute "call" success
 * ├─ primitive.retry.attempt_1 "call" error
 * └─ primitive.retry.attempt_2 "call" success
 *    └─ …
 * ```
 *
 * @param where - Begins the message of an error: `toHaveSpanTree: tree 0`.
 * @throws `OBS_ERR_INVALID_OPTION` when lines are marked, are notes of a message, or begin in no column of those above.
 */
export function drawnTrees(text: string, where: string): readonly DrawnTree[] {
  if (!text.includes('\n')) return [{ line: text, children: [] }];
  const hasBranches = /^[\s│]*[├└]─/m.test(text);
  const roots: GrowingTree[] = [];
  // From a root to the line above, each further to the right.
  const path: { readonly column: number; readonly tree: GrowingTree }[] = [];
  for (const [index, drawn] of text.split(/\r?\n/).entries()) {
    const guides = /^[\s│├└─]*/.exec(drawn)?.[0] ?? '';
    const line = drawn.slice(guides.length).trimEnd();
    if (line === '') continue;
    const reject = (problem: string): never =>
      invalid(where, `line ${index + 1}, ${JSON.stringify(drawn.trim())}, ${problem}`);
    if (/^[-+≠]\s/.test(line))
      reject('is marked as a difference; write the line as it is expected, without the mark');
    const column = guides.length;
    const last = path.at(-1)?.column ?? -1;
    while ((path.at(-1)?.column ?? -1) > column) path.pop();
    if (path.at(-1)?.column === column) path.pop();
    else if (last > column)
      reject(
        `begins in no column of the lines above it${path[0]?.column === 0 ? '; begin the text with a line break' : ''}`,
      );
    const parent = path.at(-1)?.tree;
    if (parent && hasBranches && !/[├└]─\s*$/.test(guides))
      reject('has no branch, ├─ or └─; leave out what a message notes below a span');
    const siblings = parent?.children ?? roots;
    if (line.startsWith(whatever)) {
      if (!parent || siblings.length > 0)
        return reject('stands for all that is inside a span, and has to be the only line there');
      parent.children = 'any';
      // Not to have anything below it.
      path.push({ column, tree: parent });
      continue;
    }
    if (siblings === 'any') return reject(`is beside or below a ${whatever}, which stands for all there is`);
    const tree: GrowingTree = { line, children: [] };
    siblings.push(tree);
    path.push({ column, tree });
  }
  if (roots.length === 0) invalid(where, 'the text has no line');
  return roots;
}
