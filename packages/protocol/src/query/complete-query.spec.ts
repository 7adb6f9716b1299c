import { describe, expect, it } from '@jest/globals';
import { completeQuery, completionsOf } from './complete-query.ts';

/** Completes where the text has a `|`; shows what the query would become. */
function complete(marked: string) {
  const cursor = marked.indexOf('|');
  const text = marked.replace('|', '');
  const { start, end, completions, request } = completeQuery(text, cursor);
  const become = (completion: string): string => text.slice(0, start) + completion + text.slice(end);
  return { become: completions.map((completion) => become(completion.text)), completions, request };
}

describe('completeQuery', () => {
  it('offers all fields with their help, and what else may begin a term', () => {
    const { completions, become } = complete('|');
    expect(completions.slice(0, 2)).toEqual([
      { kind: 'field', text: 'status:', help: 'How the span ended' },
      { kind: 'field', text: 'name:', help: 'Name of the span' },
    ]);
    expect(become).toEqual(
      expect.arrayContaining(['has:', 'since:', 'attr.', '-', 'some(', 'trace.status:']),
    );
    expect(become).not.toContain('OR');
    expect(completions.filter(({ help }) => help === '')).toEqual([]);
  });

  it.each([
    ['sta|', ['status:', 'trace.status:']],
    ['STA|', ['status:', 'trace.status:']],
    ['a sta| b', ['a status: b', 'a trace.status: b']],
    ['-(sta|', ['-(status:', '-(trace.status:']],
    ['sta|tus:error', ['status:error', 'trace.status:error']],
    ['status|:error', ['status:error', 'trace.status:error']],
    ['step|', ['label:']],
    ['si|', ['since:', 'version:', 'session:']],
    ['so|', ['tokens.reasoning:', 'cost.source:', 'some(']],
    ['nonsense|', []],
    ['"sta|', []],
  ])('completes the field of %s', (marked, expected) => {
    expect(complete(marked).become.toSorted()).toEqual(expected.toSorted());
  });

  it('offers first what begins so, then what contains it', () => {
    expect(complete('cos|').become).toEqual(['cost:', 'cost.source:', 'trace.cost:']);
  });

  it('offers OR behind a term, and nowhere else', () => {
    const texts = ['a |', '(a) |', 'a O|', 'a OR |', 'a AND |', 'NOT |', '( |', '-|', '|', '(|'];
    expect(texts.filter((text) => complete(text).completions.some((found) => found.text === 'OR'))).toEqual([
      'a |',
      '(a) |',
      'a O|',
    ]);
  });

  it.each([
    ['status:|', ['success', 'error', 'timeout', 'cancelled', 'suspended'].map((value) => `status:${value}`)],
    ['status:e|', ['status:error']],
    ['status:E|', ['status:error']],
    ['status:error,t|', ['status:error,timeout']],
    ['status:e|,timeout', ['status:error,timeout']],
    [
      'status:error,|,timeout',
      ['success', 'error', 'timeout', 'cancelled', 'suspended'].map(
        (value) => `status:error,${value},timeout`,
      ),
    ],
    ['-status:e| a', ['-status:error a']],
    ['status:"e|', ['status:error']],
    ['status:x|', []],
    ['duration:|', ['>', '>=', '<', '<=', '500ms', '2s', '1m30s'].map((value) => `duration:${value}`)],
    ['duration:>|', ['>', '>=', '>500ms', '>2s', '>1m30s'].map((value) => `duration:${value}`)],
    ['duration:>=2|', ['duration:>=2s']],
    [
      'time:|',
      ['>', '>=', '<', '<=', '>=-15m', '>=-24h', '>=2026-11-21T10:00'].map((value) => `time:${value}`),
    ],
    ['time:<-|', ['time:<-15m', 'time:<-24h']],
    ['since:|', ['since:-15m', 'since:-24h', 'since:2026-11-21T10:00']],
    ['has:co|', ['has:cost', 'has:cost.source', 'has:correlation', 'has:session', 'has:trace.cost']],
    [
      'has:at|',
      [
        'has:attempts',
        'has:status',
        'has:category',
        'has:operation',
        'has:duration',
        'has:correlation',
        'has:trace.status',
        'has:trace.duration',
        'has:attr.',
      ],
    ],
    ['text:a|', []],
    ['unknown:a|', []],
  ])('completes the value of %s', (marked, expected) => {
    expect(complete(marked).become.toSorted()).toEqual(expected.toSorted());
    expect(complete(marked).request).toBeUndefined();
  });

  it.each([
    ['service:|', { kind: 'values', field: 'service', beginning: '' }],
    ['service:ap|i', { kind: 'values', field: 'service', beginning: 'ap' }],
    ['step:"my st|', { kind: 'values', field: 'label', beginning: 'my st' }],
    ['service:api,w|', { kind: 'values', field: 'service', beginning: 'w' }],
    ['attr.host.name:b|', { kind: 'values', field: 'attr.host.name', beginning: 'b' }],
    ['attr.ho|', { kind: 'attributes', beginning: 'ho', isPresence: false }],
    ['attr."odd k|', { kind: 'attributes', beginning: 'odd k', isPresence: false }],
    ['has:attr."odd k|', { kind: 'attributes', beginning: 'odd k', isPresence: true }],
    ['has:attr.ho|', { kind: 'attributes', beginning: 'ho', isPresence: true }],
    ['service:*a|', undefined],
    ['session:|', undefined],
  ])('asks for what only who has the data knows: %s', (marked, request) => {
    expect(complete(marked).request).toEqual(request);
    expect(complete(marked).completions).toEqual([]);
  });

  it('puts the cursor between tokens in an empty range', () => {
    expect(completeQuery('a  b', 2)).toMatchObject({ start: 2, end: 2 });
    expect(completeQuery('a', 0)).toMatchObject({ start: 0, end: 0 });
    expect(completeQuery('(a', 1)).toMatchObject({ start: 1, end: 1 });
  });
});

describe('completionsOf', () => {
  it('writes values and attributes as a query writes them', () => {
    const values = completionsOf({ kind: 'values', field: 'service', beginning: '' }, [
      'api',
      'my web',
      'a*b',
    ]);
    expect(values.map(({ text }) => text)).toEqual(['api', '"my web"', '"a*b"']);
    const found = ['host.name', 'odd key'];
    const keys = completionsOf({ kind: 'attributes', beginning: '', isPresence: false }, found);
    expect(keys).toEqual([
      { kind: 'field', text: 'attr.host.name:', help: '' },
      { kind: 'field', text: 'attr."odd key":', help: '' },
    ]);
    const present = completionsOf({ kind: 'attributes', beginning: '', isPresence: true }, found);
    expect(present.map(({ text }) => text)).toEqual(['attr.host.name', 'attr."odd key"']);
  });
});
