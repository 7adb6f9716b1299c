import { describe, expect, it } from '@jest/globals';
import { readResource } from './resource-attributes.ts';
import { Variables } from './variables.ts';

function read(env: Record<string, string>): object {
  const variables = new Variables(env);
  const resource = readResource(variables);
  return { ...resource, ...(variables.problems.length > 0 ? { problems: variables.problems } : {}) };
}

describe('readResource', () => {
  it.each([
    [' a = 1 ,b=,', { a: '1', b: '' }],
    ['caf%C3%A9=%2C%3D%20', { café: ',= ' }],
    ['service.name=shop,x=1', { x: '1' }],
    ['service.instance.id=i-7', { 'service.instance.id': 'i-7' }],
    ['a=1,a=2', { a: '2' }],
  ])('reads OTEL_RESOURCE_ATTRIBUTES=%j', (text, attributes) => {
    expect(read({ OTEL_RESOURCE_ATTRIBUTES: text })).toMatchObject({ attributes });
  });

  it.each(['a=1,b', 'a=1,b=%zz', 'a=1,b=c=d', 'a=1,=2', 'a=%ff'])(
    'uses nothing of OTEL_RESOURCE_ATTRIBUTES=%j',
    (text) => {
      expect(read({ OTEL_RESOURCE_ATTRIBUTES: text })).toEqual({
        serviceName: undefined,
        attributes: {},
        problems: [
          `OTEL_RESOURCE_ATTRIBUTES is "${text}"; it has to be a list like key=value,key=value, percent-encoded, so none of it is used.`,
        ],
      });
    },
  );

  it('takes the name of the service from OTEL_SERVICE_NAME, else from the attributes', () => {
    const attributes = { OTEL_RESOURCE_ATTRIBUTES: 'service.name=listed' };
    expect(read(attributes)).toMatchObject({ serviceName: 'listed' });
    expect(read({ ...attributes, OTEL_SERVICE_NAME: 'named' })).toMatchObject({ serviceName: 'named' });
  });

  it.each(['', '%20', ' %09'])('takes no service and no instance by the name of %j', (blank) => {
    const entities = `service{service.name=${blank},service.instance.id=${blank}}`;
    const attributes = `service.name=${blank},service.instance.id=${blank}`;
    expect(read({ OTEL_ENTITIES: entities, OTEL_RESOURCE_ATTRIBUTES: attributes })).toEqual({
      serviceName: undefined,
      attributes: {},
    });
    expect(
      read({ OTEL_ENTITIES: 'service{service.name=shop}', OTEL_RESOURCE_ATTRIBUTES: attributes }),
    ).toMatchObject({ serviceName: 'shop' });
  });

  it.each([
    ['service{service.name=shop}', { serviceName: 'shop', attributes: {} }],
    [
      ';service{service.name=my%2Capp}[service.version=1]@https://x.test/1;;host{host.id=h}[host.name=n];',
      { serviceName: 'my,app', attributes: { 'service.version': '1', 'host.id': 'h', 'host.name': 'n' } },
    ],
    ['k8s.pod{a=1}[]', { serviceName: undefined, attributes: { a: '1' } }],
    ['service{a=1}[v=1];service{a=2}', { serviceName: undefined, attributes: { a: '2' } }],
  ])('reads OTEL_ENTITIES=%j', (text, expected) => {
    expect(read({ OTEL_ENTITIES: text })).toEqual(expected);
  });

  it.each(['service{}', '{a=1}', 'invalid{syntax', 'a{b}', 'a{b=%zz}', 'a{b=1}x', '1a{b=1}'])(
    'leaves out the entity %j alone',
    (entity) => {
      expect(read({ OTEL_ENTITIES: `${entity};host{host.id=h}` })).toEqual({
        serviceName: undefined,
        attributes: { 'host.id': 'h' },
        problems: [
          `OTEL_ENTITIES is "${entity}"; it has to be entities like type{key=value}[key=value], so this entity is left out.`,
        ],
      });
    },
  );

  it('lets OTEL_RESOURCE_ATTRIBUTES win over OTEL_ENTITIES', () => {
    expect(
      read({ OTEL_ENTITIES: 'host{host.id=a,x=1}', OTEL_RESOURCE_ATTRIBUTES: 'host.id=b' }),
    ).toMatchObject({ attributes: { 'host.id': 'b', x: '1' } });
  });
});
