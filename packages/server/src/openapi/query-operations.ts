import type { Operation, Parameter } from './operation.ts';
import { limit } from './parameters.ts';

const beginning: Parameter = {
  name: 'beginning',
  description: 'How they begin, in any case. By default all.',
  schema: { type: 'string' },
};

/** What completes a query while it is typed. */
export const queryOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/query/values',
    id: 'listQueryValues',
    tag: 'Queries',
    summary: 'Values of a field of the query language that are stored',
    query: [
      {
        name: 'field',
        description: 'Name of the field, or `attr.` and the key of an attribute.',
        schema: { type: 'string', minLength: 1, maxLength: 1000 },
        isRequired: true,
      },
      beginning,
      limit,
    ],
    answers: { 200: 'QueryValueList' },
  },
  {
    method: 'get',
    path: '/api/query/attributes',
    id: 'listQueryAttributes',
    tag: 'Queries',
    summary: 'Keys of attributes that are stored',
    query: [beginning, limit],
    answers: { 200: 'QueryValueList' },
  },
];
