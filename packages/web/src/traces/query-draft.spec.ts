import { signal } from '@preact/signals';
import { describe, expect, it } from '@jest/globals';
import type { QueryValueList } from '@tta/obs-protocol';
import type { CompletionRequest } from '@tta/obs-protocol/query';
import { QueryDraft } from './query-draft.ts';

/** @param stored - The values of each field, and how many spans have them. */
function setUp(query = '', stored: Record<string, Record<string, number>> = {}) {
  const asked = signal(query);
  const opened: string[] = [];
  const requests: CompletionRequest[] = [];
  const due: (() => void)[] = [];
  const draft = new QueryDraft({
    query: asked,
    ask: (text) => {
      asked.value = text;
      draft.follow();
    },
    openTrace: (traceId) => opened.push(traceId),
    known: (request, limit): Promise<QueryValueList> => {
      requests.push(request);
      const values = Object.entries(stored[request.kind === 'values' ? request.field : 'attributes'] ?? {});
      const items = values
        .filter(([value]) => value.startsWith(request.beginning))
        .map(([value, count]) => ({ value, count }));
      return Promise.resolve({ items: items.slice(0, limit) });
    },
    timer: (_delayMs, fn) => {
      due.push(fn);
      return () => void due.splice(due.indexOf(fn) >>> 0, 1);
    },
  });
  draft.reset();
  const type = (text: string): void => draft.type(text, text.length);
  const offered = (): string[] => draft.suggestions.value.map(({ label }) => label);
  const take = (label: string): void =>
    draft.take(draft.suggestions.value.find((suggestion) => suggestion.label === label)!);
  const wait = async (): Promise<void> => {
    for (const fn of due.splice(0)) fn();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { draft, asked, opened, requests, due, type, offered, take, wait };
}

const pills = (draft: QueryDraft): string[] => draft.pills.value.map(({ text }) => text);

describe('QueryDraft', () => {
  it('shows each term of the query as a pill', () => {
    const { draft } = setUp('status:error -(a b)  "two words" since:1h');
    expect(pills(draft)).toEqual(['status:error', '-(a b)', '"two words"', 'since:1h']);
    expect(draft.text.value).toBe('');
  });

  it('adds what is typed to the query', () => {
    const { draft, asked, type } = setUp('status:error');
    type('service:api OR service:web');
    expect(draft.submit()).toBe(true);
    expect(asked.value).toBe('status:error (service:api OR service:web)');
    expect(draft.text.value).toBe('');
    expect(pills(draft)).toEqual(['status:error', '(service:api OR service:web)']);
  });

  it('changes and removes a pill', () => {
    const { draft, asked, type } = setUp('status:error since:1h');
    draft.edit(0);
    expect([draft.text.value, draft.edited.value]).toEqual(['status:error', 0]);
    type('status:timeout');
    draft.submit();
    expect(asked.value).toBe('status:timeout since:1h');
    expect(draft.edited.value).toBeUndefined();
    draft.edit(1);
    type(' ');
    draft.submit();
    expect(asked.value).toBe('status:timeout');
    draft.removePill(0);
    expect(asked.value).toBe('');
    draft.removePill(0);
    expect(asked.value).toBe('');
  });

  it('gives back what the query was', () => {
    const { draft, asked, type } = setUp('status:error');
    draft.edit(0);
    type('status:err');
    draft.reset();
    expect([draft.text.value, draft.edited.value]).toEqual(['', undefined]);
    expect(asked.value).toBe('status:error');
  });

  it('keeps what is typed when the query changes beside it, but not the text of a pill of the one before', () => {
    const { draft, asked, type } = setUp('status:error');
    type('service:');
    asked.value = 'status:timeout';
    draft.follow();
    expect(draft.text.value).toBe('service:');
    draft.edit(0);
    asked.value = '';
    draft.follow();
    expect(draft.text.value).toBe('');
  });

  it('asks nothing that cannot be understood, and says what is wrong only then where one is typing', () => {
    const { draft, asked, type } = setUp();
    type('statsu:error');
    // The cursor is behind it.
    expect(draft.problems.value).toMatchObject([{ start: 0, end: 6, replacement: 'status' }]);
    type('statsu');
    type('status:eror');
    expect(draft.problems.value).toEqual([]);
    expect(draft.submit()).toBe(false);
    expect(asked.value).toBe('');
    const [problem] = draft.problems.value;
    expect(problem).toMatchObject({ replacement: 'error' });
    draft.mend(problem!);
    expect(draft.problems.value).toEqual([]);
    expect(draft.submit()).toBe(true);
    expect(asked.value).toBe('status:error');
  });

  it('mends a query of the address as a whole', () => {
    const { draft, asked } = setUp('statsu:error since:1h');
    expect(pills(draft)).toEqual([]);
    expect(draft.text.value).toBe('statsu:error since:1h');
    draft.mend(draft.problems.value[0]!);
    draft.submit();
    expect(asked.value).toBe('status:error since:1h');
    expect(pills(draft)).toEqual(['status:error', 'since:1h']);
    asked.value = 'statsu:error';
    draft.follow();
    expect(draft.text.value).toBe('statsu:error');
    asked.value = '';
    draft.follow();
    expect(draft.text.value).toBe('');
  });

  it('writes what is chosen at the cursor', () => {
    const { draft, type, take, offered } = setUp();
    type('sta');
    take('status:');
    expect([draft.text.value, draft.cursor.value]).toEqual(['status:', 7]);
    expect(offered()).toEqual(['success', 'error', 'timeout', 'cancelled', 'suspended']);
    take('error');
    expect(draft.text.value).toBe('status:error');
    expect(offered()).toEqual([]);
    draft.type('status:error tool', 3);
    take('status:');
    expect(draft.text.value).toBe('status:error tool');
  });

  it('goes through the suggestions and out of them', () => {
    const { draft, type } = setUp();
    type('status:s');
    expect(draft.suggestions.value).toHaveLength(2);
    const visited = [1, 1, 1, 1, -1].map((by) => {
      draft.moveActive(by as 1 | -1);
      return draft.activeIndex.value;
    });
    expect(visited).toEqual([0, 1, -1, 0, -1]);
    draft.moveActive(-1);
    expect(draft.activeIndex.value).toBe(1);
    type('status:su');
    expect(draft.activeIndex.value).toBe(-1);
  });

  it('offers the values that are stored, a moment after the last key', async () => {
    const { type, offered, wait, requests, draft } = setUp('', {
      service: { shop: 7, 'my shop': 1, search: 2 },
    });
    type('service:s');
    type('service:sh');
    expect(offered()).toEqual([]);
    await wait();
    expect(requests).toEqual([{ kind: 'values', field: 'service', beginning: 'sh' }]);
    expect(draft.suggestions.value).toMatchObject([{ label: 'shop', help: '7 spans' }]);
  });

  it('ignores values that come too late', async () => {
    const { type, offered, wait, due } = setUp('', { service: { shop: 7 } });
    type('service:s');
    const ask = due[0]!;
    ask();
    type('status:su');
    await wait();
    expect(offered()).toEqual(['success', 'suspended']);
  });

  it('offers to open a trace whose id is pasted, and a span whose id is', () => {
    const { draft, type, opened, take, asked } = setUp();
    const traceId = '4BF92F3577B34DA6A3CE929D0E0E4736';
    type(` ${traceId} `);
    expect(draft.activeIndex.value).toBe(0);
    draft.take(draft.suggestions.value[0]!);
    expect(opened).toEqual([traceId.toLowerCase()]);
    expect(draft.text.value).toBe('');
    type('00f067aa0ba902b7');
    take('span:00f067aa0ba902b7');
    draft.submit();
    expect(asked.value).toBe('span:00f067aa0ba902b7');
  });

  it('finds the fields that hold a word', async () => {
    const { type, offered, wait, take, draft, asked } = setUp('', {
      service: { 'timeout-demo': 3 },
      model: { 'timeout 2': 1 },
    });
    type('timeout');
    expect(offered()).toEqual(['status:timeout', 'category:timeout', 'timeout']);
    await wait();
    expect(offered()).toEqual([
      'status:timeout',
      'category:timeout',
      'service:timeout-demo',
      'model:"timeout 2"',
      'timeout',
    ]);
    take('model:"timeout 2"');
    draft.submit();
    expect(asked.value).toBe('model:"timeout 2"');
  });

  it('searches the text for what is quoted, and asks the service for no word that is short', async () => {
    const { type, offered, wait, requests } = setUp();
    type('"card declined"');
    expect(offered()).toEqual(['"card declined"']);
    type('ab');
    await wait();
    expect(requests).toEqual([]);
    expect(offered().at(-1)).toBe('ab');
  });
});
