import { describe, expect, it } from '@jest/globals';
import { callText } from './call-text.ts';
import { noColors } from './marked-tree.ts';

const textOf = (...expected: readonly unknown[]): string =>
  callText({ matcher: 'toHaveSpanTree', expected }, false, noColors);
const tree = { span: 'primitive.retry.execute', name: 'fetch page', children: ['primitive.retry.attempt_1'] };

describe('callText', () => {
  it('is the call as the test has it', () => {
    expect(textOf('a', 2)).toBe('expect(trace).toHaveSpanTree("a", 2)');
    expect(textOf('a', undefined)).toBe('expect(trace).toHaveSpanTree("a")');
    expect(callText({ matcher: 'toHaveSpan', expected: ['a'] }, true, noColors)).toBe(
      'expect(trace).not.toHaveSpan("a")',
    );
    expect(callText({ on: 'trace', matcher: 'span', expected: ['a'] }, false, noColors)).toBe(
      'trace.span("a")',
    );
  });

  it('leaves out what does not fit in a line', () => {
    expect(textOf('a\n  b\n  c')).toBe('expect(trace).toHaveSpanTree(…)');
    expect(textOf('a', 'b\n  c')).toBe('expect(trace).toHaveSpanTree("a", …)');
    expect(textOf(tree, tree, tree)).toMatchInlineSnapshot(
      `"expect(trace).toHaveSpanTree({ span: 'primitive.retry.execute', name: 'fetch page', children: [ 'primitive.retry.attempt_1' ] }, …, …)"`,
    );
    expect(textOf('a'.repeat(50), { labels: tree })).toMatchInlineSnapshot(
      `"expect(trace).toHaveSpanTree("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", { labels: {…} })"`,
    );
  });
});
