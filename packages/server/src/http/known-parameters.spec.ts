import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  DocumentedService,
  exampleOf,
  queryParameters,
  queryWith,
  type Ids,
} from '../testing/documented-service.ts';
import type { Answer, DocumentedOperation, DocumentedParameter } from '../testing/openapi-document.ts';

let service: DocumentedService;
let ids: Ids;

beforeAll(async () => {
  service = await DocumentedService.start();
  [ids] = (await service.fill()) as [Ids];
});

afterAll(() => service.close());

function parameters(): readonly (readonly [DocumentedOperation, DocumentedParameter])[] {
  return service.restOperations.flatMap((operation) =>
    queryParameters(operation).map((parameter) => [operation, parameter] as const),
  );
}

function detailOf({ body }: Answer): string {
  return (body as { readonly detail: string }).detail;
}

/** The values of which there are few, and the ends of a range. */
function allowedValues({ name, schema }: DocumentedParameter): readonly string[] {
  // A window of time is checked as one.
  if (/^(since|until)Ms$/.test(name)) return [];
  const { enum: values = [], minimum, maximum } = schema;
  return [...values, ...[minimum, maximum].filter((end) => end !== undefined).map(String)];
}

/** Lists of values that a parameter may not have together. */
function wrongValues(parameter: DocumentedParameter): readonly (readonly string[])[] {
  const { name, required, schema } = parameter;
  if (schema.items !== undefined) {
    return [['!'], Array.from({ length: schema.maxItems! + 1 }, () => ids.spanId)];
  }
  const wrong: string[] = [];
  if (schema.type === 'integer') {
    wrong.push('x', '1.5', '', String(schema.minimum! - 1), String(schema.maximum! + 1));
  }
  if (schema.enum !== undefined || schema.pattern !== undefined || name === 'cursor') wrong.push('!');
  if (schema.minLength !== undefined) wrong.push('');
  if (schema.maxLength !== undefined) wrong.push('a'.repeat(schema.maxLength + 1));
  if (name === 'query') wrong.push('statsu:error');
  const twice = [exampleOf(parameter), exampleOf(parameter)];
  return [...wrong.map((value) => [value]), twice, ...(required === true ? [[]] : [])];
}

describe('parameters of the running service', () => {
  it('are answered for each documented value, and up to the ends of a range', async () => {
    for (const [operation, parameter] of parameters()) {
      for (const value of allowedValues(parameter)) {
        const query = queryWith(operation, parameter.name, [value]);
        const { status } = await service.ask(operation, { query, ids });
        expect([operation.path, query, status]).toEqual([operation.path, query, 200]);
      }
    }
  });

  it('are refused with values that are not documented, by a line that names them', async () => {
    for (const [operation, parameter] of parameters()) {
      for (const values of wrongValues(parameter)) {
        const query = queryWith(operation, parameter.name, values);
        const answer = await service.ask(operation, { query, ids });
        expect([operation.path, query, answer.status]).toEqual([operation.path, query, 400]);
        const subject = parameter.name.replace('Id', ' id');
        expect(detailOf(answer)).toMatch(new RegExp(`\\b(${parameter.name}|${subject})\\b`));
      }
    }
  });

  it('are all documented: others are refused, and those that are taken are named', async () => {
    for (const operation of service.restOperations) {
      const answer = await service.ask(operation, { query: [['nonsense', '1']], ids });
      expect([operation.path, answer.status]).toEqual([operation.path, 400]);
      const names = queryParameters(operation).map(({ name }) => name);
      const taken = names.length === 0 ? '. None is taken.' : `: it takes ${names.join(', ')}.`;
      expect(detailOf(answer)).toBe(`There is no parameter "nonsense" here${taken}`);
    }
  });

  it('are refused with the one that was probably meant, whatever the method', async () => {
    const address = `${service.server.url}/api/logs?limit=2&minSeverty=9`;
    const { detail } = (await (await fetch(address)).json()) as { readonly detail: string };
    expect(detail).toBe('There is no parameter "minSeverty" here; did you mean minSeverity?');
    expect((await fetch(address, { method: 'HEAD' })).status).toBe(400);
  });

  it('in paths are refused when they are no ids', async () => {
    for (const operation of service.restOperations.filter(({ path }) => path.includes('{'))) {
      const { status } = await service.ask(operation, { ids: { traceId: 'x', spanId: 'y' } });
      expect([operation.path, status]).toEqual([operation.path, 400]);
    }
  });

  it('have their problems listed when they are a query that cannot be understood', async () => {
    const operation = service.openApi.operation('get', '/api/traces');
    const { body } = await service.ask(operation, { query: [['query', 'statsu:error']] });
    expect(service.openApi.differenceOfType('QueryProblemDetails', body)).toBeNull();
  });
});
