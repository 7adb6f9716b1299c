import { describe, expect, it } from '@jest/globals';
import { matchesQuery, type QueryableSpan, type QueryableTrace } from './match-query.ts';
import { parseQuery } from './parse-query.ts';

const nowMs = Date.UTC(2026, 10, 21, 12);

function span(written: Partial<QueryableSpan>): QueryableSpan {
  return { fields: {}, text: '', attributes: {}, resource: {}, ...written };
}

function matches(query: string, ...spans: readonly Partial<QueryableSpan>[]): boolean {
  return matchesTrace(query, { fields: {}, spans: spans.map(span) });
}

function matchesTrace(query: string, trace: QueryableTrace): boolean {
  const { root, problems } = parseQuery(query);
  expect(problems).toEqual([]);
  return matchesQuery(root, trace, nowMs);
}

describe('matchesQuery', () => {
  it('reads a phrase once, however many spans it is asked of', () => {
    const { root } = parseQuery('"not there"');
    if (root?.kind !== 'filter') throw new Error('no filter');
    let readCount = 0;
    const match = {
      kind: 'text' as const,
      get parts() {
        readCount++;
        return ['not there'];
      },
    };
    const spans = Array.from({ length: 50 }, (_, index) => span({ text: `there ${index}` }));
    expect(matchesQuery({ ...root, anyOf: [match] }, { fields: {}, spans }, nowMs)).toBe(false);
    expect(readCount).toBe(1);
  });

  const api = { fields: { service: 'api', status: 'success' } };
  const failedJob = { fields: { service: 'worker', status: 'error' } };

  it('lists every trace where nothing is asked', () => {
    expect(matches('', api)).toBe(true);
    expect(matchesTrace('', { fields: {}, spans: [] })).toBe(true);
  });

  it.each([
    ['service:api status:error', false],
    ['service:worker status:error', true],
    ['service:api OR status:timeout', true],
    ['service:api (status:error OR status:timeout)', false],
    ['-service:api', true],
    ['-service:api -service:worker', false],
    ['-(service:api OR service:worker)', false],
    ['service:api -status:error', true],
    ['some(service:api) some(status:error)', true],
    ['service:api some(status:error)', true],
    ['service:api -some(status:error)', false],
    ['-some(service:web)', true],
    ['some(service:api status:error)', false],
    ['some(service:api some(service:worker))', true],
  ])('asks one and the same span: %s', (query, expected) => {
    expect(matches(query, api, failedJob)).toBe(expected);
  });

  it('asks the trace of that span by fields that begin with trace', () => {
    const trace = {
      fields: { trace: 'abc', 'trace.duration': 2000, 'trace.pinned': 'true' },
      spans: [span(api), span(failedJob)],
    };
    expect(matchesTrace('trace.duration:>1s', trace)).toBe(true);
    expect(matchesTrace('trace.duration:>1s service:api', trace)).toBe(true);
    expect(matchesTrace('duration:>1s', trace)).toBe(false);
    expect(matchesTrace('trace:abc -trace.pinned:false', trace)).toBe(true);
    expect(matchesTrace('-trace.duration:>1s', trace)).toBe(false);
  });

  it.each([
    ['has:cost', false],
    ['cost:<1', false],
    ['-cost:>1', true],
    ['model:*', false],
    ['-has:model', true],
    ['cost:0', false],
  ])('takes a filter of a field without a value for false: %s', (query, expected) => {
    expect(matches(query, { fields: { model: [] } })).toBe(expected);
  });

  it.each([
    ['duration:>2s', false],
    ['duration:>=2s', true],
    ['duration:<2s', false],
    ['duration:<=2s', true],
    ['duration:2s', true],
    ['duration:2s..3s', true],
    ['duration:1s..2s', true],
    ['duration:2.1s..3s', false],
    ['duration:1s..1.9s', false],
    ['duration:1s,>1500', true],
    ['time:>=-1h', true],
    ['time:>-1h', false],
    ['time:-2h..-1h', true],
    ['time:-59m..2026-11-22', false],
    ['time:2026-11-21..2026-11-21T11:00', true],
    ['time:<2026-11-21T11:00', false],
    ['since:61m', true],
    ['since:59m', false],
  ])('compares numbers: %s', (query, expected) => {
    expect(matches(query, { fields: { duration: 2000, time: nowMs - 3_600_000 } })).toBe(expected);
  });

  it.each([
    ['name:checkout', false],
    ['name:"post /checkout"', true],
    ['name:"POST /CHECKOUT"', true],
    ['name:*checkout', true],
    ['name:post*', true],
    ['name:*out*', true],
    ['name:p*check*out', true],
    ['name:p*out*check', false],
    ['name:"post /checkout"*', true],
    ['name:post*"post /checkout"', false],
    ['name:*"post /checkout"*', true],
    ['name:"*checkout"', false],
    ['name:x,*out', true],
    ['label:Ä', true],
    ['label:ä', false],
    ['label:""', false],
    ['model:b', true],
    ['model:a*', true],
    ['model:c', false],
    ['-model:a', false],
  ])('compares texts without regard to the case of A to Z: %s', (query, expected) => {
    expect(matches(query, { fields: { name: 'POST /checkout', label: 'Ä', model: ['a', 'B'] } })).toBe(
      expected,
    );
  });

  it.each([
    ['attr.code:500', true],
    ['attr.code:500.0', true],
    ['attr.code:5*', true],
    ['attr.code:>=500', true],
    ['attr.code:400..499', false],
    ['attr.code:abc', false],
    ['attr.code:""', false],
    ['attr.code:" "', false],
    ['attr.text:500', true],
    ['attr.text:500.0', false],
    ['attr.text:>400', false],
    ['attr.flag:TRUE', true],
    ['attr.flag:false', false],
    ['attr.list:b', true],
    ['attr.list:>1', true],
    ['attr.list:c', false],
    ['attr.map:*', true],
    ['attr.map:x', false],
    ['attr.null:*', false],
    ['has:attr.empty', false],
    ['has:attr.blank', true],
    ['attr.blank:""', true],
    ['attr.host:build-7', true],
    ['attr.both:span', true],
    ['attr.both:resource', true],
    ['-attr.both:resource', false],
    ['attr.CODE:500', false],
    ['has:attr.toString', false],
    ['attr."odd key":1', true],
  ])('asks for attributes of the span and its resource: %s', (query, expected) => {
    const attributes = {
      code: 500,
      text: '500',
      flag: true,
      list: ['a', 'B', 2],
      map: { x: 1 },
      null: null,
      empty: [],
      blank: '',
      both: 'span',
      'odd key': 1,
    };
    expect(matches(query, { attributes, resource: { host: 'build-7', both: 'resource' } })).toBe(expected);
  });

  it.each([
    ['memory', true],
    ['MEMORY', true],
    ['mem', false],
    ['mem*', true],
    ['emory', false],
    ['"out of memory"', true],
    ['"of memory"', true],
    ['"memory out"', false],
    ['"out of mem"*', true],
    ['"out of mem"', false],
    ['out memory', true],
    ['out-of', true],
    ['-memory', false],
    ['uber', true],
    ['text:nothing,memory', true],
    ['has:text', true],
  ])('looks for whole words: %s', (query, expected) => {
    expect(matches(query, { text: 'Out of memory!\nüber' })).toBe(expected);
  });

  it('finds no words in a span without text', () => {
    expect(matches('has:text', { text: ' - ' })).toBe(false);
    expect(matches('a', {})).toBe(false);
  });
});
