import type { IncomingMessage } from 'node:http';

/** The body of a request; `undefined` for one of more than `limitBytes`, which is read to its end all the same. */
export async function readBody(incoming: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limitBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size <= limitBytes ? Buffer.concat(chunks) : undefined;
}
