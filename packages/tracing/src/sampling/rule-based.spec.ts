import { diag, DiagLogLevel, SpanKind } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import { intentOf, parentSpan, type Start, traceIdOf } from '../../test/sampling.ts';
import { type ComposableSampler, neverIntent } from './composable-sampler.ts';
import { alwaysOff, alwaysOn, probability } from './probability.ts';
import { ruleBased } from './rule-based.ts';
import type { SpanCondition } from './span-condition.ts';

const id = traceIdOf('ffffffffffffff');
const holds = (when: SpanCondition, start: Start): boolean =>
  intentOf(ruleBased([{ when, sampler: alwaysOn() }]), id, start).threshold !== null;

describe('ruleBased', () => {
  it('asks the sampler of the first rule that holds', () => {
    const sampler = ruleBased([
      { when: { name: 'GET /health*' }, sampler: alwaysOff() },
      { when: { kind: SpanKind.SERVER }, sampler: probability(0.5) },
      { sampler: probability(0.25) },
    ]);
    const threshold = (start: Start): string | null => intentOf(sampler, id, start).threshold;
    expect(threshold({ name: 'GET /healthz', kind: SpanKind.SERVER })).toBeNull();
    expect(threshold({ name: 'GET /', kind: SpanKind.SERVER })).toBe('8');
    expect(threshold({ name: 'GET /' })).toBe('c');
  });

  it('keeps no span that no rule knows', () => {
    expect(intentOf(ruleBased([{ when: { name: 'a' }, sampler: alwaysOn() }]), id, { name: 'b' })).toBe(
      neverIntent,
    );
  });

  it.each<[string | RegExp, string, boolean]>([
    ['work', 'work', true],
    ['work', 'workshop', false],
    ['', '', true],
    ['*', '', true],
    ['*', 'anything', true],
    ['a*', 'abc', true],
    ['a*', 'bac', false],
    ['*c', 'abc', true],
    ['*c', 'acb', false],
    ['a*c', 'ac', true],
    ['aa*aa', 'aaa', false],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'a-c', false],
    ['a*bc*c', 'abc', false],
    ['a**c', 'abc', true],
    ['GET /users/*/orders', 'GET /users/7/orders', true],
    ['a.c', 'abc', false],
    ['a*[', 'ab[', true],
    [/^GET /, 'GET /', true],
    [/^GET /, 'POST /', false],
    [/get/gi, 'GET', true],
  ])('matches the name %s with "%s": %s', (name, spanName, expected) => {
    const sampler = ruleBased([{ when: { name }, sampler: alwaysOn() }]);
    // Twice: an expression with the flag g remembers.
    for (let i = 0; i < 2; i++)
      expect(intentOf(sampler, id, { name: spanName }).threshold !== null).toBe(expected);
  });

  it('matches a long name with many stars at once', () => {
    expect(holds({ name: '*a'.repeat(50) + 'b' }, { name: 'a'.repeat(100_000) })).toBe(false);
  });

  it.each<['none' | 'local' | 'remote', boolean[]]>([
    ['none', [true, false, false]],
    ['local', [false, true, false]],
    ['remote', [false, false, true]],
  ])('tells spans with the parent %s from others', (parent, expected) => {
    const starts: Start[] = [{}, { parent: parentSpan(id) }, { parent: parentSpan(id, { isRemote: true }) }];
    expect(starts.map((start) => holds({ parent }, start))).toEqual(expected);
  });

  it('compares attributes, or asks about them', () => {
    const attributes = { route: '/pay', amount: 7, tags: ['a', 'b'] };
    expect(holds({ attributes: { route: '/pay' } }, { attributes })).toBe(true);
    expect(holds({ attributes: { route: '/pay', amount: 8 } }, { attributes })).toBe(false);
    expect(holds({ attributes: { amount: '7' } }, { attributes })).toBe(false);
    expect(holds({ attributes: { missing: 'x' } }, { attributes })).toBe(false);
    expect(holds({ attributes: { amount: (value) => Number(value) > 5 } }, { attributes })).toBe(true);
    expect(holds({ attributes: { missing: (value) => value === undefined } }, { attributes })).toBe(true);
    expect(
      holds({ attributes: { tags: (value) => Array.isArray(value) && value.length === 3 } }, { attributes }),
    ).toBe(false);
  });

  it('needs all parts of a condition to hold', () => {
    const when: SpanCondition = {
      name: 'a*',
      kind: SpanKind.CLIENT,
      parent: 'none',
      attributes: { b: true },
    };
    const start = { name: 'abc', kind: SpanKind.CLIENT, attributes: { b: true } };
    expect(holds(when, start)).toBe(true);
    expect(holds(when, { ...start, name: 'b' })).toBe(false);
    expect(holds(when, { ...start, kind: SpanKind.SERVER })).toBe(false);
    expect(holds(when, { ...start, parent: parentSpan(id) })).toBe(false);
    expect(holds(when, { ...start, attributes: { b: false } })).toBe(false);
  });

  it.each<[string, SpanCondition]>([
    ['rule 1 asks for "nmae"', { nmae: 'a' } as SpanCondition],
    ['rule 1 asks for the kind 9', { kind: 9 as SpanKind }],
    ['rule 1 asks for the parent "root"', { parent: 'root' as 'none' }],
  ])('refuses a condition that cannot hold: %s', (message, when) => {
    expect(() => ruleBased([{ when, sampler: alwaysOn() }])).toThrow(message);
  });

  it('refuses no rules and a rule without a sampler', () => {
    expect(() => ruleBased([])).toThrow(InvalidOptionError);
    expect(() => ruleBased([{ sampler: alwaysOn() }, { sampler: {} as ComposableSampler }])).toThrow(
      /rule 2/,
    );
  });

  it('describes its rules', () => {
    const when: SpanCondition = {
      name: /a/,
      parent: 'none',
      kind: SpanKind.SERVER,
      attributes: { route: '/pay', amount: () => true },
    };
    expect(String(ruleBased([{ when, sampler: alwaysOn() }, { sampler: alwaysOff() }]))).toBe(
      'ruleBased(parent none and kind SERVER and name /a/ and route=/pay and amount as tested: alwaysOn(); any: alwaysOff())',
    );
  });

  describe('with a test that throws', () => {
    afterEach(() => diag.disable());

    it('goes on with the next rule and says so once', () => {
      const warnings: string[] = [];
      const ignore = (): void => undefined;
      diag.setLogger(
        { error: ignore, info: ignore, debug: ignore, verbose: ignore, warn: (text) => warnings.push(text) },
        DiagLogLevel.WARN,
      );
      const startsWithA = (value: unknown): boolean => (value as string).startsWith('a');
      const sampler = ruleBased([
        { when: { attributes: { a: startsWithA } }, sampler: alwaysOn() },
        { sampler: probability(0.5) },
      ]);
      expect(intentOf(sampler, id, { attributes: { a: 'abc' } }).threshold).toBe('0');
      expect(intentOf(sampler, id, { attributes: { a: 1 } }).threshold).toBe('8');
      expect(intentOf(sampler, id).threshold).toBe('8');
      expect(warnings).toEqual([expect.stringMatching(/condition of sampling rule 1 failed/)]);
    });
  });
});
