import { describe, expect, it } from '@jest/globals';
import { formatRoute, parseRoute } from './route.ts';
import type { Route } from './route.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

describe('parseRoute', () => {
  it.each<[string, Route]>([
    ['', { view: 'traces' }],
    ['#/traces', { view: 'traces' }],
    [`#/traces/${traceId}`, { view: 'trace', traceId }],
    [`#/traces/${traceId.toUpperCase()}`, { view: 'trace', traceId }],
    [`#/traces/${traceId}?span=${spanId}`, { view: 'trace', traceId, spanId }],
    [`#/traces/${traceId}?span=zz`, { view: 'trace', traceId }],
    ['#/traces/../../etc', { view: 'traces' }],
    ['#/unknown', { view: 'traces' }],
  ])('reads %s', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route);
  });
});

describe('formatRoute', () => {
  it.each<Route>([{ view: 'traces' }, { view: 'trace', traceId }, { view: 'trace', traceId, spanId }])(
    'writes an address that reads back as %j',
    (route) => {
      expect(parseRoute(formatRoute(route))).toEqual(route);
    },
  );
});
