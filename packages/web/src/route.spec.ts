import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { formatRoute, parseRoute } from './route.ts';
import type { Route } from './route.ts';
import { timeWindows } from './time-window.ts';

const ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const LIST = { view: 'traces', query: '' };

describe('parseRoute', () => {
  it.each([
    ['', LIST],
    ['#/', LIST],
    ['#/traces', LIST],
    ['#/traces?query=status%3Aerror+a%3Fb', { view: 'traces', query: 'status:error a?b' }],
    [`#/traces/${ID}`, { view: 'trace', traceId: ID }],
    [`#/traces/${ID.toUpperCase()}?span=${SPAN}`, { view: 'trace', traceId: ID, spanId: SPAN }],
    [`#/traces/${ID}/logs`, { view: 'trace', traceId: ID, part: 'logs' }],
    [`#/traces/${ID}/unknown?span=nonsense&range=9-3&find=`, { view: 'trace', traceId: ID }],
    [
      `#/traces/${ID}?range=0.5-20&path=1`,
      { view: 'trace', traceId: ID, range: { fromMs: 0.5, toMs: 20 }, isCriticalPath: true },
    ],
    ['#/traces/short', LIST],
    ['#/overview?window=7d&service=api', { view: 'overview', window: '7d', service: 'api' }],
    ['#/overview?window=ages', { view: 'overview', window: '1h' }],
    ['#/services', { view: 'services', window: '1h' }],
    ['#/sessions', { view: 'sessions' }],
    ['#/config', { view: 'config' }],
    ['#/elsewhere', LIST],
  ])('reads %s', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route);
  });
});

const hex = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((all) => all.join(''));
const text = fc.string({ minLength: 1, unit: 'binary' });
const moment = fc.integer({ min: 0, max: 1e9 }).map((value) => value / 1e3);
const trace: fc.Arbitrary<Route> = fc.record(
  {
    view: fc.constant('trace' as const),
    traceId: hex(32),
    part: fc.constantFrom('waterfall' as const, 'transcript' as const, 'logs' as const, 'raw' as const),
    spanId: hex(16),
    find: text,
    range: fc
      .tuple(moment, moment)
      .filter(([from, to]) => from < to)
      .map(([fromMs, toMs]) => ({ fromMs, toMs })),
    isCriticalPath: fc.constant(true),
  },
  { requiredKeys: ['view', 'traceId'] },
);
const window = fc.constantFrom(...timeWindows);
const anyRoute = fc.oneof(
  trace,
  fc.record({ view: fc.constant('traces' as const), query: fc.string({ unit: 'binary' }) }),
  fc.record(
    { view: fc.constant('overview' as const), window, service: text },
    { requiredKeys: ['view', 'window'] },
  ),
  fc.record({ view: fc.constant('services' as const), window }),
  fc.record({ view: fc.constantFrom('sessions' as const, 'config' as const) }),
);

describe('formatRoute', () => {
  it('is read back as it was', () => {
    fc.assert(fc.property(anyRoute, (route) => expect(parseRoute(formatRoute(route))).toEqual(route)));
  });

  it('says nothing of what goes without saying', () => {
    expect(formatRoute({ view: 'traces', query: '' })).toBe('#/traces');
    expect(formatRoute({ view: 'overview', window: '1h' })).toBe('#/overview');
    expect(formatRoute({ view: 'trace', traceId: ID, spanId: SPAN })).toBe(`#/traces/${ID}?span=${SPAN}`);
  });
});
