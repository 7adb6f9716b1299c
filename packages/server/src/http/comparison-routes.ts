import type { PrimitiveComparison } from '@tta/obs-protocol';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { refuse } from './api-routes.ts';
import { oneValue, timeWindow, type Query } from './list-query.ts';
import { findVersions } from '../statistics/find-versions.ts';
import type { StatisticsStore } from '../storage/statistics-store.ts';

const WEEK_MS = 7 * 24 * 3_600_000;

/** How primitives differ between versions, as described by `@tta/obs-protocol`. */
export function comparisonRoutes(app: FastifyInstance, store: StatisticsStore, now: () => number): void {
  const serviceOf = (query: Query) => {
    const serviceName = oneValue(query, 'service');
    return serviceName === undefined ? {} : { serviceName };
  };

  app.get<{ Querystring: Query }>('/api/primitives/versions', async ({ query }) =>
    store.primitiveVersions(serviceOf(query)),
  );

  app.get<{ Querystring: Query }>(
    '/api/primitives/comparison',
    async ({ query }, reply): Promise<PrimitiveComparison | FastifyReply> => {
      const window = timeWindow(query, now(), WEEK_MS);
      const [baseline, candidate] = [oneValue(query, 'baseline'), oneValue(query, 'candidate')];
      const service = serviceOf(query);
      if (baseline === undefined)
        return refuse(reply, 400, 'baseline must be given: a version or a revision.');
      const { items } = await store.primitiveVersions(service);
      const found = findVersions(items, baseline, candidate);
      if ('problem' in found) return refuse(reply, found.status, found.problem);
      return store.primitiveComparison({ ...window, ...service, ...found });
    },
  );
}
