import { describe, expect, it } from '@jest/globals';
import { parseQuery } from '@tta/obs-protocol/query';
import fc from 'fast-check';
import { modelQuery, primitiveQuery, runQuery, serviceQuery, spanOfTimeQuery } from './trace-queries.ts';

const stats = { primitiveType: 'retry', name: 'fetch page', serviceName: 'shop' };

describe('queries of the overview', () => {
  it('asks for the primitive of a row', () => {
    expect(primitiveQuery(stats, '1h')).toBe('primitive:retry label:"fetch page" service:shop since:1h');
  });

  it('does not ask for a name that stands for many', () => {
    expect(primitiveQuery({ ...stats, name: '_other' }, '7d')).toBe('primitive:retry service:shop since:7d');
  });

  it('asks for the runs of a card', () => {
    expect(runQuery('24h', undefined)).toBe('trace.time:>=-24h');
    expect(runQuery('1h', 'my web', { isFailed: true })).toBe(
      'trace.status:error,timeout trace.service:"my web" trace.time:>=-1h',
    );
    expect(runQuery('1h', undefined, { fromMs: 100 })).toBe('trace.duration:>=99ms trace.time:>=-1h');
  });

  it('asks for the runs of a step of the chart', () => {
    expect(spanOfTimeQuery(Date.UTC(2026, 10, 21, 10), Date.UTC(2026, 10, 21, 10, 1), undefined)).toBe(
      'trace.time:>=2026-11-21T10:00:00Z trace.time:<2026-11-21T10:01:00Z',
    );
  });

  it('asks for the calls of a model, also of one that nobody told', () => {
    expect(modelQuery({ key: 'gpt-5.1', provider: 'openai' }, '1h', undefined)).toBe(
      'model:gpt-5.1 provider:openai since:1h',
    );
    expect(modelQuery({ key: null, provider: null }, '1h', 'shop')).toBe(
      'has:cost -has:model service:shop since:1h',
    );
  });

  it('is understood by the service, whatever things are called', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string({ minLength: 1 }),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        (name, other, fromMs) => {
          const queries = [
            primitiveQuery({ primitiveType: other, name, serviceName: other }, '30d'),
            runQuery('15m', other, { isFailed: true, fromMs }),
            modelQuery({ key: other, provider: other }, '6h', other),
            serviceQuery(other, '24h'),
            spanOfTimeQuery(fromMs * 1000, fromMs * 1000 + 60_000, other),
          ];
          for (const query of queries) expect(parseQuery(query).problems).toEqual([]);
        },
      ),
    );
  });
});
