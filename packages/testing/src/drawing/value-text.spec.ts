import { describe, expect, it } from '@jest/globals';
import { valueText } from './value-text.ts';

describe('valueText', () => {
  it.each<readonly [unknown, string]>([
    ['a\n', String.raw`"a\n"`],
    ["it's", `"it's"`],
    ['a "b"\n', String.raw`'a "b"\n'`],
    ['"it\'s"', String.raw`"\"it's\""`],
    [`"${'x'.repeat(200)}`, `'"${'x'.repeat(116)}…'`],
    [1.5, '1.5'],
    [undefined, 'undefined'],
    [/a/g, '/a/g'],
    [{ a: ['b', { c: { d: 1 } }] }, "{ a: [ 'b', { c: { d: 1 } } ] }"],
    [new Map([['a', 1]]), "Map(1) { 'a' => 1 }"],
    [expect.any(Number), 'Any<Number>'],
    [expect.anything(), 'Anything'],
    [expect.arrayContaining([1]), 'ArrayContaining [ 1 ]'],
    [{ asymmetricMatch: () => true, toString: () => 'an even number' }, 'an even number'],
  ])('shows %p as %s', (value, text) => {
    expect(valueText(value)).toBe(text);
  });

  it('shows a matcher of the runner that is negated', () => {
    expect(valueText(expect.not.stringContaining('a'))).toBe('StringNotContaining "a"');
  });

  it.each<readonly [unknown, string]>([
    ['x'.repeat(1000), `"${'x'.repeat(117)}…"`],
    [
      {
        span: 'primitive.sequential.execute',
        children: [
          { span: 'primitive.sequential.step_0', children: [{ name: 'fetch the page', outcome: 'error' }] },
        ],
      },
      "{ span: 'primitive.sequential.execute', children: [ { span: 'primitive.sequential.step_0', children: [ {…} ] } ] }",
    ],
    [
      { name: 'a', attributes: { first: 'x'.repeat(60), second: 'x'.repeat(60) } },
      "{ name: 'a', attributes: {…} }",
    ],
    [
      Array.from({ length: 90 }, (_, index) => index),
      `[ ${Array.from({ length: 31 }, (_, index) => index).join(', ')}, … ]`,
    ],
    [['x'.repeat(200)], `[ '${'x'.repeat(113)}…`],
    [expect.stringContaining('x'.repeat(200)), `StringContaining "${'x'.repeat(100)}…"`],
  ])('leaves out what is too long: %p', (value, text) => {
    expect(valueText(value)).toBe(text);
    expect(text.length).toBeLessThanOrEqual(120);
  });

  it('stays in one line and within 120 characters', () => {
    const text = valueText({ stack: new Error('a\nb').stack, long: 'x'.repeat(1000) });
    expect(text).not.toContain('\n');
    expect(text.length).toBeLessThanOrEqual(120);
    expect(text).toContain('…');
    expect(valueText(new Error('first\nsecond'))).not.toContain('\n');
  });
});
