import { callText, type MatcherCall } from '../drawing/call-text.ts';
import { type Colors, drawTrees, legendText, type MarkedNode } from '../drawing/marked-tree.ts';
import { shortenedForest } from '../drawing/shortened-forest.ts';
import { visibleText } from '../drawing/visible-text.ts';

/** What a check of a trace found. */
export interface Verdict {
  readonly pass: boolean;
  /** Whether what is asked about is not in the trace: then the negation fails as well. */
  readonly isVoid: boolean;
  /**
   * Why it failed. Read only when it is shown.
   *
   * @param isNot - Whether it is its negation that failed. @defaultValue where it passed
   */
  readonly message: (colors: Colors, isNot?: boolean) => string;
}

/** What is found in a trace without any span by a matcher that it would satisfy for want of anything else. */
export const nothingRan = 'The trace has no spans: nothing ran where it was observed.';

/** Whether a test fails that expects what was checked, or its negation. */
export function isFailure({ pass, isVoid }: Verdict, isNot: boolean): boolean {
  return isVoid || pass === isNot;
}

/**
 * The verdict of a matcher. Its message is the call as the test has it, what was found, and below it the trees in which
 * the marks are.
 *
 * @param found - A sentence. Of a negation, when `pass`.
 * @param trees - Drawn only when the message is shown.
 * @param isVoid - Whether what is asked about is not in the trace.
 * @param nothing - In place of the trees where there are none.
 */
export function verdict(
  pass: boolean,
  call: MatcherCall,
  found: () => string,
  trees: () => readonly MarkedNode[],
  isVoid = false,
  nothing = '(no spans: nothing ran where it was observed)',
): Verdict {
  const message = (colors: Colors, isNot = pass): string => {
    const forest = trees();
    const legend = legendText(forest);
    const drawn = forest.length > 0 ? drawTrees(shortenedForest(forest), colors) : `  ${nothing}`;
    const said = visibleText(found());
    const isOther = isVoid && isNot && forest.length > 0;
    const sentence = isOther
      ? `${said} After .not as well, the name has to be that of one that is there.`
      : said;
    const text = `${callText(call, isNot, colors)}\n${sentence}\n\n${drawn}`;
    return legend === '' ? text : `${text}\n\n${colors.dim(legend)}`;
  };
  return { pass, isVoid, message };
}
