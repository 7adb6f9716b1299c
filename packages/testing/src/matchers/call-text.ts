import { valueText } from '../value-text.ts';

/** The call of a matcher, as a failing test may have it: `expect(trace).not.toHaveRetried("fetch page", 2)`. */
export function callText(matcher: string, expected: readonly unknown[], isNegated: boolean): string {
  return `expect(trace).${isNegated ? 'not.' : ''}${matcher}(${expected.map(valueText).join(', ')})`;
}
