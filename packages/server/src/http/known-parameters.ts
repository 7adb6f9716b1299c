import { nearestName } from '@tta/obs-protocol/query';
import type { FastifyInstance } from 'fastify';
import { operations } from '../openapi/operations.ts';
import { refuse } from './api-routes.ts';

const NAME_LENGTH = 100;

/** Why the parameters of an address are refused: one has a name that is not known there. `undefined`: none has. */
export type ParameterCheck = (given: Iterable<string>) => string | undefined;

/** Refuses with 400 what an operation does not take: whoever misspells a filter would else be answered without it. */
export function refuseUnknownParameters(app: FastifyInstance): void {
  const checks = new Map(
    operations.map(({ method, path }) => [`${method} ${routeOf(path)}`, parameterCheck(method, path)]),
  );
  app.addHook('onRequest', async (request, reply) => {
    const method = request.method === 'HEAD' ? 'get' : request.method.toLowerCase();
    const problem = checks.get(`${method} ${request.routeOptions.url}`)?.(
      Object.keys(request.query as object),
    );
    return problem === undefined ? undefined : refuse(reply, 400, problem);
  });
}

/** @throws Error for an operation that is not described. */
export function parameterCheck(method: string, path: string): ParameterCheck {
  const operation = operations.find((known) => known.method === method && known.path === path);
  if (operation === undefined) throw new Error(`${method} ${path} is not described`);
  const names = operation.query.map(({ name }) => name);
  const known: ReadonlySet<string> = new Set(names);
  return (given) => {
    for (const name of given) {
      if (known.has(name)) continue;
      const nearest = nearestName(name, names);
      const hint = nearest === undefined ? listed(names) : `; did you mean ${nearest}?`;
      return `There is no parameter "${name.slice(0, NAME_LENGTH)}" here${hint}`;
    }
    return undefined;
  };
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? '. None is taken.' : `: it takes ${names.join(', ')}.`;
}

/** As fastify writes it: `/api/traces/:traceId`. */
function routeOf(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}
