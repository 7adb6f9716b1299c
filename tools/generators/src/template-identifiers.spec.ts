import { describe, expect, it } from '@jest/globals';
import { templateIdentifiers } from './template-identifiers.ts';

const identifiers = (text: string, path = 'a.ts.template') => {
  const { made, used } = templateIdentifiers(new Map([[path, text]]), {
    variable: 'rateLimit',
    type: 'RateLimit',
  });
  return { made: [...made], used: [...used] };
};

describe('templateIdentifiers', () => {
  it.each([
    ["import fc, { a as b, type C } from 'd';", ['fc', 'b', 'C']],
    ["import * as all from 'd';", ['all']],
    ['const { a: b, c = d, ...rest } = e;', ['b', 'c', 'd', 'rest', 'e']],
    ['function f<T>(a: A, [b]: B) {}', ['f', 'T', 'a', 'A', 'b', 'B']],
    ['export class A extends B { c = d; e() {} }', ['A', 'B', 'd']],
    ['interface A { readonly b: Pick<C> }', ['A', 'Pick', 'C']],
    ['process.exit({ code, key: value }.code);', ['process', 'code', 'value']],
    ['export const create = (step) => step();', ['create', 'step']],
    ["// comment\n'text';", []],
  ])('of %j are those that mean something there', (text, used) => {
    expect(identifiers(text)).toEqual({ made: [], used });
  });

  it('are told apart from those that the name is made into', () => {
    const text =
      "import { <%= variable %>, type <%= type %>Options } from './<%= name %>.ts';\nis<%= type %>(a);\n";
    expect(identifiers(text)).toEqual({
      made: ['rateLimit', 'RateLimitOptions', 'isRateLimit'],
      used: ['a'],
    });
  });

  it('of a page are those of its examples', () => {
    const page =
      'Text of `inline`.\n\n```ts\na();\n```\n\n```text\nb();\n```\n\n```ts\n<%= variable %>(c);\n```\n';
    expect(identifiers(page, 'a.md.template')).toEqual({ made: ['rateLimit'], used: ['a', 'c'] });
  });
});
