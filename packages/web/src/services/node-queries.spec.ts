import { describe, expect, it } from '@jest/globals';
import type { ServiceNode } from '@tta/obs-protocol';
import { parseQuery } from '@tta/obs-protocol/query';
import fc from 'fast-check';
import { callQuery, nodeQuery } from './node-queries.ts';

const node = (kind: ServiceNode['kind'], name: string): ServiceNode => ({
  id: `${kind}:${name}`,
  kind,
  name,
  calls: 1,
  errors: 0,
});

describe('queries of the map', () => {
  it.each([
    ['service', 'my shop', 'service:"my shop" since:1h'],
    ['model', 'openai', 'provider:openai since:1h'],
    [
      'database',
      'postgresql/orders',
      '(attr.db.system.name:postgresql OR attr.db.system:postgresql) since:1h',
    ],
    ['queue', 'kafka/paid', 'attr.messaging.system:kafka since:1h'],
    [
      'remote',
      'example.org',
      '(attr.peer.service:example.org OR attr.server.address:example.org OR attr.net.peer.name:example.org) since:1h',
    ],
  ] as const)('asks for a %s', (kind, name, query) => {
    expect(nodeQuery(node(kind, name), '1h')).toBe(query);
  });

  it('asks for both ends of a call', () => {
    const shop = node('service', 'shop');
    expect(callQuery(shop, node('service', 'warehouse'), '24h')).toBe(
      'service:shop some(service:warehouse) since:24h',
    );
    expect(callQuery(shop, node('model', 'openai'), '24h')).toBe('service:shop provider:openai since:24h');
  });

  it('is understood by the service, whatever things are called', () => {
    const kind = fc.constantFrom(...(['service', 'model', 'database', 'queue', 'remote'] as const));
    fc.assert(
      fc.property(kind, fc.string({ minLength: 1 }), (of, name) => {
        for (const query of [
          nodeQuery(node(of, name), '30d'),
          callQuery(node('service', name), node(of, name), '15m'),
        ])
          expect(parseQuery(query).problems).toEqual([]);
      }),
    );
  });
});
