import type { Colors } from './marked-tree.ts';
import { valueText } from './value-text.ts';

/** A call of a matcher. */
export interface MatcherCall {
  /** What it is called on. @defaultValue `expect(trace)` */
  readonly on?: 'trace';
  readonly matcher: string;
  readonly expected: readonly unknown[];
}

/** Longest text of all arguments. */
const argumentLimit = 120;
/** In less, nothing can be said of an object. */
const leastLength = 40;

/** A call as a test has it: `expect(trace).not.toHaveRetried("fetch page", 2)`. */
export function callText({ on, matcher, expected }: MatcherCall, isNot: boolean, colors: Colors): string {
  const { dim } = colors;
  const subject = on ? colors.received(on) : `${dim('expect(')}${colors.received('trace')}${dim(')')}`;
  const name = `${dim(isNot ? '.not.' : '.')}${matcher}`;
  return `${subject}${name}${dim('(')}${colors.expected(argumentText(expected))}${dim(')')}`;
}

function argumentText(expected: readonly unknown[]): string {
  const given = expected.slice(0, expected.findLastIndex((value) => value !== undefined) + 1);
  let left = argumentLimit;
  const texts = given.map((value) => {
    // A tree that is drawn is in the message, with what differs.
    const isDrawn = typeof value === 'string' && value.includes('\n');
    if (isDrawn || (typeof value === 'object' && left < leastLength)) return '…';
    const text = valueText(value, Math.max(left, leastLength));
    left -= text.length;
    return text;
  });
  return texts.join(', ');
}
