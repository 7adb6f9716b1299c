/** What is read: a file, a request, an array of parts. Bytes are UTF-8, compressed ones are not understood. */
export type TraceSource = AsyncIterable<Uint8Array | string>;

/** Options of the readers. */
export interface TraceReaderOptions {
  /**
   * How long the text of a line (OTLP), trace (Jaeger), span (Zipkin) or event (Chrome) may be, in characters:
   * as much is held in memory, several times over. What is longer is left out with a problem.
   *
   * @defaultValue 67108864
   */
  readonly limitLength?: number;
}

export const defaultLimitLength = 64 * 2 ** 20;

/** The source as text; characters may be cut anywhere in it, a byte order mark is left out. */
export async function* textChunks(source: TraceSource): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let isFirst = true;
  for await (const chunk of source) {
    let text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    if (text === '') continue;
    if (isFirst && text.startsWith('\uFEFF')) text = text.slice(1);
    isFirst = false;
    yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}
