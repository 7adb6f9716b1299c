import type { ModelServer } from '../src/index.ts';

/** An event of a stream as a client reads it. */
export interface ReadEvent {
  readonly event: string | undefined;
  /** What its JSON says, or its text where that is none. */
  readonly data: unknown;
}

/** Asks a model server as providers' clients do. */
export function ask(
  server: ModelServer,
  path: string,
  body: unknown,
  init: RequestInit = {},
): Promise<Response> {
  return fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
  });
}

/** The events of a response, as they come (WHATWG HTML §9.2). */
export async function* eventsOf(response: Response): AsyncGenerator<ReadEvent> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(bytes, { stream: true });
    const ended = text.split('\n\n');
    text = ended.pop() ?? '';
    for (const lines of ended) yield parsed(lines.split('\n'));
  }
  if (text !== '') throw new Error(`the stream ends within an event: ${text}`);
}

export async function allEvents(response: Response): Promise<ReadEvent[]> {
  const events: ReadEvent[] = [];
  for await (const event of eventsOf(response)) events.push(event);
  return events;
}

function parsed(lines: readonly string[]): ReadEvent {
  const field = (name: string): string | undefined =>
    lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  const data = field('data') ?? '';
  return {
    event: field('event'),
    data: data.startsWith('{') ? (JSON.parse(data) as unknown) : data,
  };
}
