import { expect, it } from '@jest/globals';
import type { ServiceClient } from './service-client.ts';
import { searchTraces, type FoundTraces } from './trace-search.ts';

/** Answers with these pages, one after the other. */
function pages(...answers: readonly object[]) {
  const asked: string[] = [];
  const client = {
    readExisting: (path: string) => Promise.resolve(answers[asked.push(path) - 1]),
  } as unknown as Pick<ServiceClient, 'readExisting'>;
  return { asked, client };
}

const items = (count: number) => Array.from({ length: count }, (_, seq) => ({ seq }));

async function all(found: AsyncIterable<FoundTraces>): Promise<readonly FoundTraces[]> {
  const pagesFound: FoundTraces[] = [];
  for await (const page of found) pagesFound.push(page);
  return pagesFound;
}

it('goes on over empty pages until it has as many as are asked for', async () => {
  const { asked, client } = pages(
    { items: [], nextCursor: '1767781860000000000-7' },
    { items: items(2), nextCursor: 'other' },
    { items: items(5), nextCursor: 'more' },
  );
  const found = await all(searchTraces(client, { query: 'a b&c', limit: 4 }));
  expect(found.map((page) => [page.items.length, page.lookedBackToMs])).toEqual([
    [0, 1_767_781_860_000],
    [2, null],
    [2, null],
  ]);
  expect(asked).toEqual([
    '/api/traces?limit=4&query=a+b%26c',
    '/api/traces?limit=4&query=a+b%26c&cursor=1767781860000000000-7',
    '/api/traces?limit=2&query=a+b%26c&cursor=other',
  ]);
});

it('ends where there is nothing further back', async () => {
  const { asked, client } = pages({ items: items(1), nextCursor: null });
  expect(await all(searchTraces(client, { query: '', limit: 1_000 }))).toHaveLength(1);
  expect(asked).toEqual(['/api/traces?limit=500']);
});
