import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CountTerm, parseCountQuery, UnreadableQueryError } from './count-query.ts';

function written(terms: readonly CountTerm[] | undefined): string | undefined {
  return terms
    ?.map(({ sign, metric, matchers, over }) => {
      const labels = matchers.map(({ label, operator, value }) => `${label}${operator}${value}`).join(';');
      return `${sign > 0 ? '+' : '-'}${metric}{${labels}}${over}`;
    })
    .join(' ');
}

function parsed(query: string): (string | undefined)[] {
  const { terms, divisor } = parseCountQuery(query);
  return [written(terms), written(divisor)];
}

function isReadOrRefused(query: string): boolean {
  try {
    return parseCountQuery(query).terms.length > 0;
  } catch (fault) {
    return fault instanceof UnreadableQueryError;
  }
}

describe('parseCountQuery', () => {
  it.each<[string, ...string[]]>([
    ['sum(a)', '+a{}'],
    ['sum(a:b_1)', '+a:b_1{}'],
    ['sum(rate(a[5m]))', '+a{}rate[5m]'],
    ['sum(increase(a[1h30m]))', '+a{}increase[1h30m]'],
    ['sum(rate(a[{{.window}}]))', '+a{}rate[{{.window}}]'],
    ['sum(rate(a[ {{ .window }} ]))', '+a{}rate[{{.window}}]'],
    ['sum(rate(a[$__rate_interval]))', '+a{}rate[$__rate_interval]'],
    ['sum(rate(a[${range}]))', '+a{}rate[${range}]'],
    ['sum(a{})', '+a{}'],
    ['sum(a{x="1"})', '+a{x=1}'],
    ['sum (a { x = "1" , y != "2",z=~"3" ,w!~`4\\`, })', '+a{x=1;y!=2;z=~3;w!~4\\}'],
    [`sum(a{x='it"s',y="a\\"b\\\\c\\n"})`, '+a{x=it"s;y=a"b\\c\n}'],
    ['sum(a) # the first\n + # and\n sum(b)', '+a{} +b{}'],
    ['sum(a) - sum(b)', '+a{} -b{}'],
    ['sum(a) - (sum(b) - sum(c))', '+a{} -b{} +c{}'],
    ['((sum(a)))', '+a{}'],
    ['sum(a) or vector(0)', '+a{}'],
    ['sum(rate(a[5m]) or vector(0))', '+a{}rate[5m]'],
    ['(sum(a) or on() vector(0)) or vector(0.0)', '+a{}'],
    ['sum(a) / sum(b)', '+a{}', '+b{}'],
    ['(sum(a) - sum(b)) / sum(c)', '+a{} -b{}', '+c{}'],
    ['((sum(a)) / (sum(b)))', '+a{}', '+b{}'],
    ['1 - sum(a) / sum(b)', '+b{} -a{}', '+b{}'],
    ['1 - (sum(a) / sum(b))', '+b{} -a{}', '+b{}'],
    ['(1 - sum(a) / sum(b))', '+b{} -a{}', '+b{}'],
  ])('reads %s', (query, ...expected) => {
    expect(parsed(query).filter((part) => part !== undefined)).toEqual(expected);
  });

  it.each([
    ['', 'it ends too soon'],
    ['sum(a', 'it ends too soon'],
    ['a', 'a is not inside of a sum(…)'],
    ['rate(a[5m])', 'rate is not inside of a sum(…)'],
    ['a / b', 'a is not inside of a sum(…)'],
    ['sum(a) / b', 'b is not inside of a sum(…)'],
    ['sum(a - b)', '- is not expected'],
    ['sum(sum(a))', '( is not expected'],
    ['sum(a) sum', 'sum is not expected'],
    ['sum(a) / sum(b) / sum(c)', '/ is not expected'],
    ['sum(a) - sum(b) / sum(c)', 'it reckons with a ratio'],
    ['1 - (sum(a) - sum(a) / sum(b))', 'it reckons with a ratio'],
    ['1 - sum(a)', 'it ends too soon'],
    ['1', 'it ends too soon'],
    ['2 * sum(a)', 'it has "* sum(a)" in it'],
    ['2', '2 is not expected'],
    ['sum by (x) (a)', 'by is not expected'],
    ['sum(irate(a[5m]))', '( is not expected'],
    ['sum(rate(a))', ') is not expected'],
    ['sum(a[5m])', '[5m] is not expected'],
    ['sum(rate(a[5m:1m]))', 'it has "[5m:1m]))" in it'],
    ['sum(rate(sum(a)[5m]))', '( is not expected'],
    ['sum(a{x})', '} is not expected'],
    ['sum(a{x+"1"})', '+ is not expected'],
    ['sum(a{x="1" y="2"})', 'y is not expected'],
    ['sum(a{x=1})', '1 is not expected'],
    ['sum(a{x="\\q"})', 'it has the escape \\q in it'],
    ['sum(a{x="1})', 'it has "\\"1})" in it'],
    ['sum(a) or b', 'b is not expected'],
    ['sum(a) or vector(1)', '1 is not expected'],
    ['sum(a) or on(x) vector(0)', 'x is not expected'],
    ['('.repeat(40) + 'sum(a)' + ')'.repeat(40), 'it is nested too deep'],
    ['sum('.repeat(2000), 'longer than 4096'],
    ['('.repeat(1000), 'it is nested too deep'],
  ])('refuses %s', (query, message) => {
    expect(() => parseCountQuery(query)).toThrow(UnreadableQueryError);
    expect(() => parseCountQuery(query)).toThrow(message);
  });

  it('reads or refuses whatever it is given', () => {
    const parts = fc.constantFrom(
      'a',
      'sum',
      'rate',
      '(',
      ')',
      '{',
      '}',
      '[5m]',
      ',',
      '=',
      '=~',
      '"x"',
      '+',
      '-',
      '/',
      '1',
      '0',
      ' ',
      'or',
      'vector',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(parts).map((list) => list.join('')),
        ),
        (query) => {
          expect(isReadOrRefused(query)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
