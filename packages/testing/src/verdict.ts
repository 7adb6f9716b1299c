import { callText, type MatcherCall } from './call-text.ts';
import { type Colors, drawTrees, legendText, type MarkedNode } from './marked-tree.ts';
import { shortenedForest } from './shortened-forest.ts';

/** What a check of a trace found. */
export interface Verdict {
  readonly pass: boolean;
  /** Why it failed; where it passed, why its negation fails. Read only when it is shown. */
  readonly message: (colors: Colors) => string;
}

/**
 * The verdict of a matcher. Its message is the call as the test has it, what was found, and below it the trees in which
 * the marks are.
 *
 * @param found - A sentence. Of a negation, when `pass`.
 * @param trees - Drawn only when the message is shown.
 */
export function verdict(
  pass: boolean,
  call: MatcherCall,
  found: () => string,
  trees: () => readonly MarkedNode[],
): Verdict {
  const message = (colors: Colors): string => {
    const forest = trees();
    const legend = legendText(forest);
    const drawn =
      forest.length > 0
        ? drawTrees(shortenedForest(forest), colors)
        : '  (no spans: nothing ran inside observe)';
    const text = `${callText(call, pass, colors)}\n${found()}\n\n${drawn}`;
    return legend === '' ? text : `${text}\n\n${colors.dim(legend)}`;
  };
  return { pass, message };
}
