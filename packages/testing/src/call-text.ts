import type { Colors } from './marked-tree.ts';
import { valueText } from './value-text.ts';

/** A call of a matcher. */
export interface MatcherCall {
  readonly matcher: string;
  readonly expected: readonly unknown[];
}

/** A call as a test has it: `expect(trace).not.toHaveRetried("fetch page", 2)`. */
export function callText({ matcher, expected }: MatcherCall, isNot: boolean, colors: Colors): string {
  const { dim } = colors;
  const given = expected.slice(0, expected.findLastIndex((value) => value !== undefined) + 1);
  const begin = `${dim('expect(')}${colors.received('trace')}${dim(isNot ? ').not.' : ').')}`;
  return `${begin}${matcher}${dim('(')}${colors.expected(given.map(valueText).join(', '))}${dim(')')}`;
}
