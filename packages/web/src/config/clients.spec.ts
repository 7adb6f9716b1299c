import { describe, expect, it } from '@jest/globals';
import { parseQuery } from '@tta/obs-protocol/query';
import { clientsOf, TOKEN_SNIPPETS } from './clients.ts';

const ORIGIN = 'http://127.0.0.1:4321';
const clients = clientsOf(ORIGIN);

function textOf(id: string): string {
  return (clients.find((client) => client.id === id)?.snippets ?? []).map(({ text }) => text).join('\n');
}

describe('clientsOf', () => {
  it.each(clients.map((client) => [client.name, client] as const))(
    'sends %s to this service',
    (_, client) => {
      expect(client.snippets.some(({ text }) => text.includes(ORIGIN))).toBe(true);
      expect(client.snippets.every(({ title, text }) => title !== '' && text !== '')).toBe(true);
    },
  );

  it.each(clients.flatMap(({ name, query }) => (query === undefined ? [] : [[name, query] as const])))(
    'asks for the traces of %s with a query that can be understood',
    (_, query) => {
      expect(parseQuery(query).problems).toEqual([]);
    },
  );

  it('says of whom it cannot tell why', () => {
    const untold = clients.filter(({ query }) => query === undefined);
    expect(untold.map(({ id }) => id)).toEqual(['collector', 'other']);
    for (const { queryNote } of untold) expect(queryNote).toMatch(/\.$/);
  });

  it('names each client once', () => {
    expect(new Set(clients.map(({ id }) => id)).size).toBe(clients.length);
    expect(new Set(clients.map(({ name }) => name)).size).toBe(clients.length);
  });

  it.each(['claude-code', 'gemini-cli'])('writes settings of %s that are JSON', (id) => {
    const [settings] = clients.find((client) => client.id === id)?.snippets ?? [];
    expect(JSON.parse(settings?.text ?? '')).toEqual(expect.any(Object));
    expect(settings?.text).toContain(ORIGIN);
  });

  it('gives Codex the full address of each signal', () => {
    for (const signal of ['traces', 'logs', 'metrics'])
      expect(textOf('codex')).toContain(`endpoint = "${ORIGIN}/v1/${signal}"`);
  });

  it('puts nothing into the command of curl but the service, ids and times', () => {
    const body = /-d '(.*)'$/s.exec(textOf('curl'))?.[1] ?? '';
    const filled = body
      .replaceAll(/'\$\(od -An -N(\d+) -tx1 \/dev\/urandom \| tr -d ' \\n'\)'/g, (_, bytes: string) =>
        'a'.repeat(2 * Number(bytes)),
      )
      .replaceAll("'$(date +%s)", '1763719455');
    expect(JSON.parse(filled.replaceAll("'", ''))).toEqual({
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'curl' } }] },
          scopeSpans: [
            {
              spans: [
                {
                  traceId: 'a'.repeat(32),
                  spanId: 'a'.repeat(16),
                  name: 'hello',
                  startTimeUnixNano: '1763719455000000000',
                  endTimeUnixNano: '1763719455250000000',
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it('tells how a token is shown', () => {
    expect(TOKEN_SNIPPETS.map(({ text }) => text)).toEqual([
      'TTA_UI_TOKEN=TOKEN',
      'OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20TOKEN',
    ]);
  });
});
