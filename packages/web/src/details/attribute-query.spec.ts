import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseQuery } from '@tta/obs-protocol/query';
import { attributeQueries } from './attribute-query.ts';

describe('attributeQueries', () => {
  it('asks for the value, another one or any', () => {
    expect(attributeQueries('tenant', 'my team')).toEqual({
      same: 'attr.tenant:"my team"',
      other: 'has:attr.tenant -attr.tenant:"my team"',
      any: 'has:attr.tenant',
    });
    expect(attributeQueries('http.status', 503).same).toBe('attr.http.status:503');
    expect(attributeQueries('odd key', true)).toMatchObject({
      same: 'attr."odd key":true',
      any: 'has:attr."odd key"',
    });
  });

  it('uses the name that queries have for it', () => {
    expect(attributeQueries('error.category', 'rate_limit').same).toBe('category:rate_limit');
    expect(attributeQueries('service.name', 'api').any).toBe('has:service');
    expect(attributeQueries('__proto__', 'x').same).toBe('attr.__proto__:x');
  });

  it('asks for no value that a query cannot name', () => {
    expect(attributeQueries('list', [1, 2])).toEqual({ any: 'has:attr.list' });
    expect(attributeQueries('text', 'x'.repeat(501))).toEqual({ any: 'has:attr.text' });
    expect(attributeQueries('empty', '')).toEqual({ any: 'has:attr.empty' });
    expect(attributeQueries('', 'x')).toEqual({});
  });

  it('makes queries that are understood, whatever keys and values are', () => {
    fc.assert(
      fc.property(fc.string(), fc.oneof(fc.string(), fc.double(), fc.boolean()), (key, value) => {
        for (const query of Object.values(attributeQueries(key, value) as Record<string, string>))
          expect(parseQuery(query).problems).toEqual([]);
      }),
    );
  });
});
