import { describe, expect, it } from '@jest/globals';
import { parseQuery, queryLimits } from './parse-query.ts';
import { printQuery } from './print-query.ts';

const canonical = (text: string): string => printQuery(parseQuery(text).root);

/** What is said of which part of the text. */
const problemsOf = (text: string): readonly (readonly string[])[] =>
  parseQuery(text).problems.map(({ start, end, message, replacement }) => [
    text.slice(start, end),
    message,
    ...(replacement === undefined ? [] : [replacement]),
  ]);

describe('parseQuery', () => {
  it.each([
    // Nothing is asked.
    ['', ''],
    ['  \t\n ', ''],
    // Terms.
    ['status:error  duration:>2s', 'status:error duration:>2s'],
    ['status:error AND duration:>2s', 'status:error duration:>2s'],
    ['a b OR c d', 'a b OR c d'],
    ['a (b OR c) d', 'a (b OR c) d'],
    ['(a b) OR c', 'a b OR c'],
    ['(a OR b) OR c', '(a OR b) OR c'],
    ['((a))(b)', 'a b'],
    ['-a', '-a'],
    ['NOT a', '-a'],
    ['NOT -a', '-(-a)'],
    ['--a', '-(-a)'],
    ['-(a b)', '-(a b)'],
    ['-"a b"', '-"a b"'],
    ['some(a) -some(b OR c)', 'some(a) -some(b OR c)'],
    ['some (a)', 'some(a)'],
    ['some', '"some"'],
    // Fields.
    ['STATUS:Error', 'status:error'],
    ['latency:>2s step:pay op:tool', 'duration:>2s label:pay operation:tool'],
    ['trace.id:0af7', 'trace:0af7'],
    ['attr.http.route:/a', 'attr.http.route:/a'],
    ['ATTR.Key:a', 'attr.Key:a'],
    ['attr."a b:c":d', 'attr."a b:c":d'],
    ['"attr.a b":d', 'attr."a b":d'],
    ['has:cost', 'has:cost'],
    ['has:attr."a b"', 'has:attr."a b"'],
    ['cost:*', 'has:cost'],
    ['status:*,error', 'status:*,error'],
    ['since:15m', 'time:>=-15m'],
    ['since:-1h30m', 'time:>=-1h30m'],
    ['since:2026-11-21', 'time:>=2026-11-21T00:00Z'],
    // Texts.
    ['name:a,b', 'name:a,b'],
    ['name:"a,b"', 'name:"a,b"'],
    ['name:*check*', 'name:*check*'],
    ['name:a**b', 'name:a*b'],
    ['name:"a*b"', 'name:"a*b"'],
    ['name:"a"b', 'name:ab'],
    ['name:*"check out"*', 'name:*"check out"*'],
    ['name:""', 'name:""'],
    [String.raw`name:"say \"hi\" \\ \n"`, String.raw`name:"say \"hi\" \\ \\n"`],
    ['name:a..b', 'name:"a..b"'],
    ['model:llama3:8b', 'model:llama3:8b'],
    ['name:-a', 'name:-a'],
    ['name:">5"', 'name:">5"'],
    ['attr.a:5', 'attr.a:5'],
    ['attr.a:../b', 'attr.a:"../b"'],
    ['attr.a:true', 'attr.a:true'],
    // Free text.
    ['checkout "out of memory"', 'checkout "out of memory"'],
    ['text:checkout', 'checkout'],
    ['text:a,"b c"', 'text:a,"b c"'],
    ['check*', 'check*'],
    ['"out of mem"*', '"out of mem"*'],
    ['"or" "AND" "not"', '"or" "AND" "not"'],
    ['not found', 'not found'.replace('not', '"not"')],
    ['"a:b"', '"a:b"'],
    ['"-a"', '"-a"'],
    ['Überweisung', 'Überweisung'],
    // Numbers.
    ['attempts:3', 'attempts:3'],
    ['attempts:1,3..5,>9', 'attempts:1,3..5,>9'],
    ['tokens:>=2k', 'tokens:>=2000'],
    ['tokens:<1.5M', 'tokens:<1500000'],
    ['cost:<=$0.05', 'cost:<=0.05'],
    ['cost:0.01..1', 'cost:0.01..1'],
    ['duration:..2s', 'duration:<=2s'],
    ['duration:2s..', 'duration:>=2s'],
    ['duration:>150', 'duration:>150ms'],
    ['duration:>"2s"', 'duration:>2s'],
    ['attr.a:>-5', 'attr.a:>-5'],
    ['attr.a:1..2', 'attr.a:1..2'],
    ['attr.a:"1..2"', 'attr.a:"1..2"'],
    ['time:-2h..-1h', 'time:-2h..-1h'],
    ['time:>2026-11-21T10:00+02:00', 'time:>2026-11-21T08:00Z'],
  ])('reads %s', (text, expected) => {
    expect(problemsOf(text)).toEqual([]);
    expect(canonical(text)).toBe(expected);
  });

  it.each([
    ['statsu:error', '', [['statsu', 'there is no field "statsu"; did you mean status?', 'status']]],
    ['a has:modl', 'a', [['modl', 'there is no field "modl"; did you mean model?', 'model']]],
    [
      'http.route:/a',
      '',
      [
        [
          'http.route',
          'there is no field "http.route"; attr.http.route asks for an attribute, quotes look for the text',
          'attr.http.route',
        ],
      ],
    ],
    [':a', '', [[':a', 'no field stands before the colon; quote it to look for the text']]],
    ['status:', '', [['status:', 'status needs a value right behind the colon']]],
    ['statsu:', '', [['statsu', 'there is no field "statsu"; did you mean status?', 'status']]],
    ['has: a', 'a', [['has:', 'has needs a value right behind the colon']]],
    ['since:', '', [['since:', 'since needs a value right behind the colon']]],
    ['status:error,', 'status:error', [[',', 'status needs a value here']]],
    ['status:,error', 'status:error', [[':', 'status needs a value here']]],
    [
      'status:eror,timeout',
      'status:timeout',
      [['eror', 'status is never "eror"; did you mean error?', 'error']],
    ],
    ['trace.pinned:maybe', '', [['maybe', 'trace.pinned is never "maybe"; it is one of true, false']]],
    ['name:"a b', 'name:"a b"', [['"a b', 'this quote is not closed; add "']]],
    ['(a b', 'a b', [['(', 'this parenthesis is not closed; add )']]],
    ['a) b', 'a b', [[')', 'no parenthesis is open here; leave it out']]],
    ['(a)) b', 'a b', [[')', 'no parenthesis is open here; leave it out']]],
    ['a ()', 'a', [['()', 'nothing stands in these parentheses; add a term']]],
    ['a (', 'a', [['(', 'this parenthesis is not closed; add )']]],
    ['some()', '', [['()', 'nothing stands in these parentheses; add a term']]],
    ['f(x)', 'f x', [['(', 'parentheses are not part of a value; quote the value, or put a space between']]],
    ['a OR', 'a', [['OR', 'OR stands between two terms; add the missing one']]],
    ['OR a', 'a', [['OR', 'OR stands between two terms; add the missing one']]],
    ['(a OR) b', 'a b', [['OR', 'OR stands between two terms; add the missing one']]],
    ['AND a', 'a', [['AND', 'AND stands between two terms; add the missing one']]],
    ['a AND', 'a', [['AND', 'AND stands between two terms; add the missing one']]],
    ['a AND OR b', 'a OR b', [['AND', 'AND stands between two terms; add the missing one']]],
    ['a NOT', 'a', [['NOT', 'there is nothing to negate; add a term']]],
    ['NOT AND a', 'a', [['NOT', 'there is nothing to negate; add a term']]],
    ['a or b', 'a b', [['or', 'write OR to combine terms, "or" in quotes to look for the word', 'OR']]],
    ['a -', 'a', [['-', 'there is no word to look for: it needs a letter or a digit']]],
    [
      'a *b',
      'a',
      [['*b', 'in free text * stands at the end of a word; a field takes it anywhere: name:*part*']],
    ],
    [
      'duration>2s',
      '',
      [['duration>2s', 'a colon stands behind a field; write duration:>2s', 'duration:>2s']],
    ],
    ['duration:fast', '', [['fast', '"fast" is no duration; write for example 500ms, 2s, 1m30s']]],
    ['duration:>', '', [['>', '"" is no duration; write for example 500ms, 2s, 1m30s']]],
    ['duration:1..x', '', [['1..x', '"1..x" is no duration; write for example 500ms, 2s, 1m30s']]],
    ['duration:x..1', '', [['x..1', '"x..1" is no duration; write for example 500ms, 2s, 1m30s']]],
    ['cost:>1e999', '', [['>1e999', '"1e999" is no amount; write for example 0.05, $1']]],
    ['attempts:1*', '', [['1*', '"1*" is no number; write for example 3, 10k, 2M']]],
    ['attr.a:>b', '', [['>b', '"b" is no number; write for example 3, 10k, 2M']]],
    ['since:15', '', [['15', '"15" is no time; write for example -15m, -24h, 2026-11-21T10:00']]],
    [
      'time:-15m',
      '',
      [['-15m', 'nothing happens at exactly one moment; write time:>=-15m for what came later', '>=-15m']],
    ],
    ['cost:2..1', '', [['2..1', '2..1 runs backwards: nothing is in it', '1..2']]],
    ['time:-1h..-2h', '', [['-1h..-2h', '-1h..-2h runs backwards: nothing is in it', '-2h..-1h']]],
    [
      'name:<anonymous>',
      '',
      [
        [
          '<anonymous>',
          'name has no order to compare by; quote the value to look for it as it is',
          '"<anonymous>"',
        ],
      ],
    ],
  ])('keeps what is good of %s', (text, expected, problems) => {
    expect(canonical(text)).toBe(expected);
    expect(problemsOf(text)).toEqual(problems);
  });

  it('mends a problem by putting its replacement in the place of its range', () => {
    const slips = [
      'statsu:error',
      'status:eror',
      'duration>2s',
      'time:-15m',
      'a or b',
      'cost:2..1',
      'name:<a>',
    ];
    const mended = [...slips, 'http.route:/a'].map((text) => {
      const [{ start, end, replacement } = { start: 0, end: 0, replacement: undefined }] =
        parseQuery(text).problems;
      return `${text.slice(0, start)}${replacement}${text.slice(end)}`;
    });
    expect(mended.flatMap(problemsOf)).toEqual([]);
  });

  it('tells where each node stands, parentheses included', () => {
    const text = ' a  (status:error OR -b) some(c)';
    const { root } = parseQuery(text);
    const parts = (node: NonNullable<typeof root>): unknown => [
      text.slice(node.start, node.end),
      ...('children' in node ? node.children.map(parts) : 'child' in node ? [parts(node.child)] : []),
    ];
    expect(root && parts(root)).toEqual([
      'a  (status:error OR -b) some(c)',
      ['a'],
      ['(status:error OR -b)', ['status:error'], ['-b', ['b']]],
      ['some(c)', ['(c)']],
    ]);
  });

  it('reads no more than its limits allow, and says so once', () => {
    const tooLong = `${'a '.repeat(40)}"${'b'.repeat(queryLimits.length)}"`;
    expect(problemsOf(tooLong).at(-1)).toEqual([
      tooLong.slice(queryLimits.length),
      'only 4096 characters of a query are read; make it shorter',
    ]);
    const tooDeep = `a ${'(-'.repeat(11)}b${')'.repeat(11)} c`;
    expect(canonical(tooDeep)).toBe('a');
    expect(problemsOf(tooDeep)).toEqual([
      [tooDeep.slice(22), 'nothing is nested deeper than 20 levels; simplify the query'],
    ]);
    const tooMany = `name:${'a,'.repeat(99)}a b c OR d`;
    expect(canonical(tooMany)).toBe(`name:${'a,'.repeat(99)}a`);
    expect(problemsOf(tooMany)).toEqual([['b c OR d', 'a query has at most 100 values; leave some out']]);
  });

  it('counts what it cannot read among the values', () => {
    const slips = parseQuery('statsu:error '.repeat(200)).problems.map(({ message }) => message);
    expect(slips).toHaveLength(queryLimits.values + 2);
    expect(slips.at(-1)).toBe('a query has at most 100 values; leave some out');
  });

  it('reads what is exactly at its limits', () => {
    expect(problemsOf('(-a) '.repeat(30))).toEqual([]);
    expect(problemsOf(`${'(-'.repeat(10)}b${')'.repeat(10)}`)).toEqual([]);
    expect(problemsOf(`name:${'a,'.repeat(98)}a b`)).toEqual([]);
    expect(problemsOf('a'.repeat(queryLimits.length))).toEqual([]);
  });
});
