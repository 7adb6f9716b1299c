import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, type RunningServer } from '../server.ts';
import type { ServerOptions } from '../server-options.ts';
import {
  OpenApiDocument,
  type Answer,
  type DocumentedOperation,
  type DocumentedParameter,
} from './openapi-document.ts';
import { sampleExports } from './sample-exports.ts';

/** Of parameters that have to be given. */
const EXAMPLES: Readonly<Record<string, string>> = {
  text: 'primitive',
  name: 'metric',
  field: 'service',
  baseline: '1.0.0',
};

/** What varies in paths. */
export interface Ids {
  readonly traceId: string;
  readonly spanId: string;
}

const NOWHERE: Ids = { traceId: 'd'.repeat(32), spanId: 'd'.repeat(16) };

export interface Question {
  /** What stands behind `?`; by default the parameters that have to be given. */
  readonly query?: readonly (readonly [string, string])[];
  /** By default of nothing that is stored. */
  readonly ids?: Ids;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a change. */
  readonly body?: string;
}

/** A running service that is asked as its OpenAPI document says. */
export class DocumentedService {
  readonly server: RunningServer;
  readonly openApi: OpenApiDocument;
  readonly #directory: string;

  private constructor(server: RunningServer, openApi: OpenApiDocument, directory: string) {
    this.server = server;
    this.openApi = openApi;
    this.#directory = directory;
  }

  static async start(options: Partial<ServerOptions> = {}): Promise<DocumentedService> {
    const directory = mkdtempSync(join(tmpdir(), 'tta-documented-'));
    const server = await startServer({ port: 0, databasePath: join(directory, 'traces.db'), ...options });
    const headers: Record<string, string> = server.token === undefined ? {} : { 'x-tta-token': server.token };
    const answer = await fetch(`${server.url}/api/openapi.json`, { headers });
    const document = (await answer.json()) as Readonly<Record<string, unknown>>;
    return new DocumentedService(server, new OpenApiDocument(document), directory);
  }

  /** All but OTLP and the WebSocket. */
  get restOperations(): readonly DocumentedOperation[] {
    return this.openApi.operations.filter(({ path }) => !/^\/(v1|ws)\//.test(path));
  }

  /**
   * Stores the samples.
   *
   * @returns One span of each trace.
   */
  async fill(): Promise<readonly Ids[]> {
    for (const { path, body } of sampleExports(Date.now())) {
      const { status } = await this.ask(this.openApi.operation('post', path), { body });
      if (status !== 200) throw new Error(`${path} was answered ${status}`);
    }
    const idsOf = ({ body }: Answer) => (body as { readonly items: readonly Ids[] }).items;
    const traces = idsOf(await this.ask(this.openApi.operation('get', '/api/traces')));
    const spans = this.openApi.operation('get', '/api/traces/{traceId}/spans');
    return Promise.all(traces.map(async (ids) => idsOf(await this.ask(spans, { ids }))[0]!));
  }

  /** @throws Error when the answer is not what the document says. */
  async ask(operation: DocumentedOperation, question: Question = {}): Promise<Answer> {
    const { query = queryWith(operation), ids = NOWHERE, headers = {}, body = '{}' } = question;
    const path = operation.path.replace('{traceId}', ids.traceId).replace('{spanId}', ids.spanId);
    const search = new URLSearchParams(query.map(([name, value]): [string, string] => [name, value]));
    const change = { headers: { 'content-type': 'application/json', ...headers }, body };
    const response = await fetch(`${this.server.url}${path}?${search.toString()}`, {
      method: operation.method.toUpperCase(),
      ...(operation.method === 'get' ? { headers } : change),
    });
    const answer = await answerOf(response);
    const difference = this.openApi.difference(operation, answer);
    if (difference === null) return answer;
    throw new Error(`${operation.method} ${path}?${search.toString()}: ${difference}`);
  }

  async close(): Promise<void> {
    await this.server.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** What was answered, as far as a document describes it. */
export async function answerOf(response: Response): Promise<Answer> {
  const [mediaType = ''] = (response.headers.get('content-type') ?? '').split(';');
  const text = await response.text();
  return { status: response.status, mediaType, body: text === '' ? undefined : JSON.parse(text) };
}

/** The parameters that have to be given, and one more as often as there are values. */
export function queryWith(
  operation: DocumentedOperation,
  name = '',
  values: readonly string[] = [],
): readonly (readonly [string, string])[] {
  const required = queryParameters(operation).filter((parameter) => parameter.required === true);
  const others = required.filter((parameter) => parameter.name !== name);
  return [
    ...others.map((parameter) => [parameter.name, exampleOf(parameter)] as const),
    ...values.map((value) => [name, value] as const),
  ];
}

/** A value that is answered. */
export function exampleOf({ name }: DocumentedParameter): string {
  return EXAMPLES[name] ?? '1';
}

export function queryParameters({ parameters }: DocumentedOperation): readonly DocumentedParameter[] {
  return parameters.filter((parameter) => parameter.in === 'query');
}
