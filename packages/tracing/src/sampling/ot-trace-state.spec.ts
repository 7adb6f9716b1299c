import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatOtTraceState, parseOtTraceState } from './ot-trace-state.ts';

const nothing = { th: undefined, rv: undefined, rest: '', text: '' };
const rv = 'rv:6e6d1a75832a2f';

const hexDigit = fc.constantFrom(...'0123456789abcdef');
const hexText = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: hexDigit, minLength, maxLength });
const otherMembers = fc
  .uniqueArray(
    fc.record({
      key: fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/).filter((key) => key !== 'th' && key !== 'rv'),
      value: fc.stringMatching(/^[A-Za-z0-9._-]{0,9}$/),
    }),
    { selector: ({ key }) => key, maxLength: 8 },
  )
  .map((members) => members.map(({ key, value }) => `${key}:${value}`));

describe('parseOtTraceState', () => {
  it.each([
    ['th:0', { th: '0', text: 'th:0' }],
    ['th:8000', { th: '8', text: 'th:8' }],
    ['th:00000000000000', { th: '0', text: 'th:0' }],
    ['th:ffffffffffffff', { th: 'ffffffffffffff', text: 'th:ffffffffffffff' }],
    [rv, { rv: '6e6d1a75832a2f', rest: rv, text: rv }],
    [`${rv};th:c`, { th: 'c', rv: '6e6d1a75832a2f', rest: rv, text: `th:c;${rv}` }],
    ['p:8;th:c;k1:', { th: 'c', rest: 'p:8;k1:', text: 'th:c;p:8;k1:' }],
    [`k:1;${rv}`, { rv: '6e6d1a75832a2f', rest: `${rv};k:1`, text: `${rv};k:1` }],
  ])('reads %s', (text, expected) => {
    expect(parseOtTraceState(text)).toEqual({ ...nothing, ...expected });
  });

  it.each([
    undefined,
    '',
    'th',
    'th:8;',
    ';th:8',
    'th:8;;p:1',
    'TH:8',
    '1k:8',
    'k_1:8',
    'th: 8',
    'th:8 ',
    'th:8;k:a:b',
    'th:8;k:a,b',
    'th:8;k:ä',
    'th:8;th:8',
    'k:1;th:8;k:2',
    `th:8;k:${'x'.repeat(250)}`,
  ])('takes %j for nothing at all', (text) => {
    expect(parseOtTraceState(text)).toEqual(nothing);
  });

  it.each(['th:', 'th:g', 'th:0x8', 'th:E6', 'th:-8', 'th:000000000000000'])(
    'forgets the threshold of %s and keeps the rest',
    (member) => {
      expect(parseOtTraceState(`${member};k:1`)).toEqual({ ...nothing, rest: 'k:1', text: 'k:1' });
    },
  );

  it.each(['rv:', 'rv:6e6d1a75832a2', 'rv:6e6d1a75832a2ff', 'rv:6E6D1A75832A2F', 'rv:6e6d1a7583.a2f'])(
    'forgets the randomness of %s',
    (member) => {
      expect(parseOtTraceState(`th:8;${member}`)).toEqual({ ...nothing, th: '8', text: 'th:8' });
    },
  );

  it('reads 256 characters', () => {
    const text = `th:8;k:${'x'.repeat(249)}`;
    expect(text).toHaveLength(256);
    expect(parseOtTraceState(text)).toMatchObject({ th: '8', text });
  });

  it('never throws, and what it writes it reads again', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^((th|rv|k1?):[0-9a-fG.]{0,15};?){0,4}$/));
    fc.assert(
      fc.property(text, (value) => {
        const parsed = parseOtTraceState(value);
        expect(parseOtTraceState(parsed.text === '' ? undefined : parsed.text)).toEqual(parsed);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('formatOtTraceState', () => {
  it('keeps all that was there, whatever the order', () => {
    fc.assert(
      fc.property(
        hexText(1, 14),
        fc.option(hexText(14, 14)),
        otherMembers,
        fc.nat(),
        (th, randomness, others, at) => {
          const members = [...others];
          if (randomness !== null) members.splice(at % (members.length + 1), 0, `rv:${randomness}`);
          const before = parseOtTraceState(members.join(';') || undefined);
          const threshold = parseOtTraceState(`th:${th}`).th;
          const after = parseOtTraceState(formatOtTraceState(before.rest, threshold));
          expect(after).toMatchObject({ th: threshold, rv: randomness ?? undefined, rest: before.rest });
          expect(
            after.rest
              .split(';')
              .filter((member) => !member.startsWith('rv:'))
              .join(';'),
          ).toBe(others.join(';'));
          expect(Number.parseInt(th.padEnd(14, '0'), 16)).toBe(
            Number.parseInt((after.th ?? '').padEnd(14, '0'), 16),
          );
        },
      ),
    );
  });

  it('leaves out the threshold that does not fit, and nothing of others', () => {
    const rest = `k:${'x'.repeat(250)}`;
    expect(formatOtTraceState(rest, '8')).toBe(rest);
    expect(formatOtTraceState(rest.slice(1), '8')).toHaveLength(256);
    expect(formatOtTraceState(rest, undefined)).toBe(rest);
    expect(formatOtTraceState('', undefined)).toBe('');
  });
});
