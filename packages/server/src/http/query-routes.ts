import { queryFieldNamed } from '@tta/obs-protocol/query';
import type { FastifyInstance } from 'fastify';
import { refuse } from './api-routes.ts';
import { listQuery, oneValue, type Query } from './list-query.ts';
import type { TraceStore } from '../storage/trace-store.ts';

/** Longer ones begin no value that is told. */
const BEGINNING_MAX = 256;
/** `attr.` and a key. */
const FIELD_MAX = 1_000;

/** What may be asked for, as described by `@tta/obs-protocol`: values and keys that are stored. */
export function queryRoutes(app: FastifyInstance, store: TraceStore): void {
  app.get<{ Querystring: Query }>('/api/query/values', async ({ query }, reply) => {
    const name = oneValue(query, 'field') ?? '';
    const field = name.length > FIELD_MAX ? undefined : queryFieldNamed(name);
    if (field === undefined) {
      return refuse(reply, 400, 'field must be the name of a field of the query language, or attr.<key>.');
    }
    return store.values(field.name, beginningOf(query), listQuery(query).limit);
  });

  app.get<{ Querystring: Query }>('/api/query/attributes', async ({ query }) =>
    store.attributeKeys(beginningOf(query), listQuery(query).limit),
  );
}

function beginningOf(query: Query): string {
  // One character more than any value has: nothing begins so.
  return (oneValue(query, 'beginning') ?? '').slice(0, BEGINNING_MAX + 1);
}
