import { z } from 'zod';

type Json = Readonly<Record<string, unknown>>;

/** JSON Schema, as far as parameters have it. */
export interface ParameterSchema {
  readonly type: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly items?: ParameterSchema;
  readonly maxItems?: number;
}

export interface DocumentedParameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly required?: boolean;
  readonly schema: ParameterSchema;
}

export interface DocumentedOperation {
  readonly method: string;
  readonly path: string;
  /** Of the path as well. */
  readonly parameters: readonly DocumentedParameter[];
  readonly responses: Readonly<Record<string, Json>>;
}

type WrittenOperation = Pick<DocumentedOperation, 'responses'> & Partial<DocumentedOperation>;

/** What a service has answered. */
export interface Answer {
  readonly status: number;
  /** Without parameters. */
  readonly mediaType: string;
  readonly body: unknown;
}

/** An OpenAPI document whose schemas are read strictly: a field that they do not name is one too many. */
export class OpenApiDocument {
  readonly document: Json;
  readonly operations: readonly DocumentedOperation[];
  readonly #definitions: Json;
  readonly #checks = new Map<string, z.ZodType>();

  constructor(document: Json) {
    this.document = document;
    const paths = document['paths'] as Record<
      string,
      { readonly parameters?: readonly DocumentedParameter[] }
    >;
    this.operations = Object.entries(paths).flatMap(([path, { parameters: shared = [], ...methods }]) =>
      Object.entries<WrittenOperation>(methods).map(([method, { parameters = [], responses }]) => ({
        method,
        path,
        parameters: [...shared, ...parameters],
        responses,
      })),
    );
    const { schemas } = document['components'] as Record<string, Json>;
    this.#definitions = strict(schemas) as Json;
  }

  /** What the document points to. */
  at(reference: string): unknown {
    const path = reference.replace(/^#\//, '').split('/');
    return path.reduce<unknown>((part, name) => (part as Json | undefined)?.[name], this.document);
  }

  operation(method: string, path: string): DocumentedOperation {
    const found = this.operations.find((known) => known.method === method && known.path === path);
    if (found === undefined) throw new Error(`${method} ${path} is not in the document`);
    return found;
  }

  /** In which way an answer is not what the document says; `null` when it is. */
  difference({ responses }: DocumentedOperation, { status, mediaType, body }: Answer): string | null {
    let response = responses[status];
    if (response === undefined) return `status ${status} is not documented`;
    if (typeof response['$ref'] === 'string') response = this.at(response['$ref']) as Json;
    const content = (response['content'] as Record<string, Json> | undefined)?.[mediaType];
    if (content === undefined) return `${mediaType} is not documented for status ${status}`;
    return this.#mismatch(content['schema'], body);
  }

  /** In which way a value is not of a type; `null` when it is. */
  differenceOfType(type: string, value: unknown): string | null {
    return this.#mismatch({ $ref: `#/components/schemas/${type}` }, value);
  }

  #mismatch(schema: unknown, value: unknown): string | null {
    const key = JSON.stringify(schema);
    let check = this.#checks.get(key);
    if (check === undefined) {
      check = z.fromJSONSchema({ ...(strict(schema) as object), $defs: this.#definitions as never });
      this.#checks.set(key, check);
    }
    const { error } = check.safeParse(value);
    return error === undefined ? null : z.prettifyError(error);
  }
}

/** With the references of JSON Schema alone, and with objects that have no fields but those that are named. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strict(value)]));
  if (typeof copy['$ref'] === 'string')
    copy['$ref'] = copy['$ref'].replace('#/components/schemas/', '#/$defs/');
  const isClosed = copy['type'] === 'object' && 'properties' in copy && !('additionalProperties' in copy);
  return isClosed ? { ...copy, additionalProperties: false } : copy;
}
