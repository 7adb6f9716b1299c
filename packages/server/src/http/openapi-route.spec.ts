import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { DocumentedService, queryWith, type Ids } from '../testing/documented-service.ts';
import type { DocumentedOperation, DocumentedParameter } from '../testing/openapi-document.ts';

let full: DocumentedService;
let empty: DocumentedService;
/** One of each stored trace. */
let spans: readonly Ids[];
const routes: string[] = [];

/** Notes what fastify is told to answer. */
function noteRoutes(message: unknown): void {
  const { fastify } = message as { readonly fastify: FastifyInstance };
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push(`${one} ${url}`);
  });
}

beforeAll(async () => {
  subscribe('fastify.initialization', noteRoutes);
  full = await DocumentedService.start();
  unsubscribe('fastify.initialization', noteRoutes);
  empty = await DocumentedService.start();
  spans = await full.fill();
});

afterAll(() => Promise.all([full.close(), empty.close()]));

/** Those that an operation can be asked for. */
function idsFor({ path }: DocumentedOperation): readonly Ids[] {
  return path.includes('{') ? spans : [spans[0]!];
}

function isCursor({ name }: DocumentedParameter): boolean {
  return name === 'cursor';
}

interface OnePage {
  readonly items: readonly unknown[];
  readonly nextCursor: string | null;
}

async function page(operation: DocumentedOperation, ids: Ids, cursor?: string): Promise<OnePage> {
  const query = queryWith(operation, 'cursor', cursor === undefined ? [] : [cursor]);
  return (await full.ask(operation, { query: [...query, ['limit', '1']], ids })).body as OnePage;
}

describe('the OpenAPI document of the running service', () => {
  it('has every route, and no other', () => {
    const documented = full.openApi.operations
      .filter(({ path }) => !path.startsWith('/v1/'))
      .map(({ method, path }) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`);
    // The page is no part of it.
    const answered = routes.filter((route) => !route.startsWith('HEAD ') && !/^GET \/\*?$/.test(route));
    expect(answered.toSorted()).toEqual(documented.toSorted());
  });

  it('points to nothing that is not in it, and names every operation once', () => {
    const { openApi } = full;
    const text = JSON.stringify(openApi.document);
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference!);
    expect(references.filter((reference) => openApi.at(reference) === undefined)).toEqual([]);
    const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
    expect([ids.length, new Set(ids).size]).toEqual([openApi.operations.length, openApi.operations.length]);
  });

  it('says what is answered where everything is stored', async () => {
    for (const operation of full.restOperations) {
      const items: unknown[] = [];
      for (const ids of idsFor(operation)) {
        const { status, body } = await full.ask(operation, { ids });
        expect([operation.path, status]).toEqual([operation.path, 200]);
        items.push((body as { readonly items?: readonly unknown[] }).items ?? body);
      }
      expect([operation.path, items.flat()]).not.toEqual([operation.path, []]);
    }
  });

  it('says what is answered where nothing is stored', async () => {
    for (const operation of empty.restOperations) {
      const { status } = await empty.ask(operation);
      expect([operation.path, status]).toEqual([operation.path, 404 in operation.responses ? 404 : 200]);
    }
  });

  it('names cursors with which one gets from page to page', async () => {
    for (const operation of full.restOperations.filter(({ parameters }) => parameters.some(isCursor))) {
      const pages: OnePage[] = [];
      for (const ids of idsFor(operation)) {
        const first = await page(operation, ids);
        if (first.nextCursor !== null) pages.push(first, await page(operation, ids, first.nextCursor));
      }
      const counts = pages.map(({ items }) => items.length);
      expect([operation.path, ...new Set(counts)]).toEqual([operation.path, 1]);
    }
  });

  it('misses no field: with one more or one less, an answer is another', async () => {
    const operation = full.openApi.operation('get', '/api/traces');
    const answer = await full.ask(operation);
    const [first] = (answer.body as { readonly items: readonly Record<string, unknown>[] }).items;
    const { status: _, ...less } = first!;
    for (const item of [{ ...first, surprise: 1 }, less, { ...first, startTimeMs: 'noon' }]) {
      const changed = { ...answer, body: { items: [item], nextCursor: null } };
      expect(full.openApi.difference(operation, changed)).toMatch(/surprise|status|startTimeMs/);
    }
  });
});
