import { protocolSchemas } from './protocol-schemas.mjs';
import { otlpPaths, otlpResponses, otlpSchemas } from './otlp.mjs';

const PROBLEM = 'application/problem+json';

const introduction = `What the local TTA observability service answers over HTTP.

- **Lists** are answered page by page: \`nextCursor\` of a page goes into \`cursor\` of the next, and is \`null\` on the last.
- **Parameters** that an address does not take are refused with 400, as values are that make no sense.
- **Errors** are problem details (RFC 9457), those of OTLP \`google.rpc.Status\`. \`detail\` says what happened and what to do.
- **Changes** need \`content-type: application/json\`, also where no body is needed.
- **Who may ask**: on loopback everybody on this machine, under a \`Host\` and \`Origin\` of this machine. A service with a token asks for it with every request.
- **HEAD** is answered wherever GET is.
- **What may come later**: further fields in every object. A client ignores those that it does not know.`;

const tags = {
  Traces: 'Traces, their spans and what was said in them.',
  Queries: 'What completes a query while it is typed.',
  Keeping: 'What retention removes and what it spares.',
  Logs: 'Log records as they were received.',
  Metrics: 'Metrics as they were received.',
  Statistics: 'Sums over what came in.',
  Service: 'The service itself.',
  OTLP: 'Where OpenTelemetry clients send to.',
};

/** What any request may be answered. */
const commonProblems = {
  400: 'A parameter is not known, or its value makes no sense.',
  401: 'The service asks for a token that was not shown.',
  403: '`Host` or `Origin` is not of this machine.',
  500: 'The service failed; its log says why.',
  503: 'Too much is under way: try again after `Retry-After`.',
};

/** What a request that changes something may be answered beside that. */
const changeProblems = {
  413: 'The body is larger than 1 KiB.',
  415: '`Content-Type` is not `application/json`.',
};

/** The parts of paths that vary. */
const pathParameters = {
  traceId: { description: '32 hex digits.', schema: { type: 'string', pattern: '^[0-9a-fA-F]{32}$' } },
  spanId: { description: '16 hex digits.', schema: { type: 'string', pattern: '^[0-9a-fA-F]{16}$' } },
};

/**
 * The OpenAPI document of the service.
 *
 * @param {readonly import('../src/openapi/operation.ts').Operation[]} operations
 */
export function openApiDocument(operations) {
  const types = operations.flatMap(({ answers }) => Object.values(answers)).filter((type) => type !== null);
  const schemas = protocolSchemas([...types, 'LiveMessage', 'ProblemDetails', 'QueryProblemDetails']);
  const paths = {};
  for (const operation of operations) {
    paths[operation.path] ??= pathItem(operation.path);
    const description = operation.description ?? descriptionOf(operation, schemas);
    paths[operation.path][operation.method] = operationObject({ ...operation, description });
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'TTA observability service',
      description: introduction,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      // Grows where a client has to change.
      version: '1',
    },
    servers: [{ url: '/', description: 'Where this document was read' }],
    security: [{}, { bearer: [] }, { header: [] }, { cookie: [] }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths: { ...paths, ...otlpPaths },
    components: {
      schemas: { ...schemas, ...otlpSchemas },
      responses: { ...sharedResponses(), ...otlpResponses },
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'The token that the service printed at its start.',
        },
        header: { type: 'apiKey', in: 'header', name: 'x-tta-token', description: 'The same token.' },
        cookie: {
          type: 'apiKey',
          in: 'cookie',
          name: 'tta-token',
          description: 'What a browser gets when it opens `/?token=…`.',
        },
      },
    },
  };
}

function pathItem(path) {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  if (names.length === 0) return {};
  return { parameters: names.map((name) => ({ name, in: 'path', required: true, ...pathParameters[name] })) };
}

function operationObject(operation) {
  const { id, tag, summary, description, query, body } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(query.length > 0 && { parameters: query.map(parameterObject) }),
    ...(isChange(operation) && { requestBody: requestBody(body) }),
    responses: responses(operation),
  };
}

/** What the type of the answer says of this operation, which it names first. */
function descriptionOf({ method, path, answers }, schemas) {
  const { description = '' } = schemas[answers[200]] ?? {};
  const match = /^`([A-Z]+) ([^?`]+)[^`]*`: (.)(.*)$/s.exec(description);
  if (match === null) return undefined;
  const [, verb, address, first, rest] = match;
  const isThis = verb === method.toUpperCase() && anyId(address) === anyId(path);
  return isThis ? `${first.toUpperCase()}${rest}` : undefined;
}

function anyId(path) {
  return path.replace(/\{\w+\}/g, '{}');
}

function parameterObject({ name, description, schema, isRequired }) {
  return { name, in: 'query', description, ...(isRequired && { required: true }), schema };
}

function requestBody(schema) {
  if (schema !== undefined) return { required: true, content: { 'application/json': { schema } } };
  return {
    description: 'None is needed, and none is read.',
    content: { 'application/json': { schema: { type: 'object' } } },
  };
}

function responses(operation) {
  const { query, answers, problems } = operation;
  const found = {};
  for (const status of Object.keys({ ...commonProblems, ...(isChange(operation) && changeProblems) })) {
    found[status] = { $ref: `#/components/responses/${status}` };
  }
  if (query.some(({ name }) => name === 'query')) {
    const [own, others] = ['QueryProblemDetails', 'ProblemDetails'].map(reference);
    found[400] = {
      description: 'The query cannot be understood, or a parameter is not known or makes no sense.',
      content: { [PROBLEM]: { schema: { anyOf: [own, others] } } },
    };
  }
  for (const [status, meaning] of Object.entries(problems ?? {})) found[status] = problemResponse(meaning);
  for (const [status, type] of Object.entries(answers)) {
    found[status] = withProblem(answer(status, type), found[status] && commonProblems[status]);
  }
  return found;
}

function answer(status, type) {
  if (status === '101') return { description: 'The connection speaks WebSocket from here on.' };
  const schema = type === null ? { type: 'object' } : reference(type);
  return {
    description: status === '200' ? 'What was asked for.' : 'What was asked for; it tells what fails.',
    content: { 'application/json': { schema } },
  };
}

/** A status that has an answer of its own here may be a problem all the same. */
function withProblem({ description, content }, meaning) {
  if (meaning === undefined) return { description, ...(content && { content }) };
  const problem = problemResponse(meaning);
  return {
    description: `${description} Or: ${problem.description}`,
    content: { ...content, ...problem.content },
  };
}

function sharedResponses() {
  return Object.fromEntries(
    Object.entries({ ...commonProblems, ...changeProblems }).map(([status, meaning]) => [
      status,
      {
        ...problemResponse(meaning),
        ...(status === '401' && { headers: textHeader('WWW-Authenticate', 'How the token is shown.') }),
        ...(status === '503' && { headers: textHeader('Retry-After', 'In seconds.') }),
      },
    ]),
  );
}

function textHeader(name, description) {
  return { [name]: { description, schema: { type: 'string' } } };
}

function problemResponse(description) {
  return { description, content: { [PROBLEM]: { schema: reference('ProblemDetails') } } };
}

function reference(type) {
  return { $ref: `#/components/schemas/${type}` };
}

function isChange({ method }) {
  return method !== 'get';
}
