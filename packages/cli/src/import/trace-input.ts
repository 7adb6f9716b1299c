import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { detectTraceFormat, type TraceFormat } from '@tta/obs-tracing/formats';

const GZIP = Buffer.from([0x1f, 0x8b]);
/** The detection looks at so many bytes. */
const ENOUGH = 2 ** 16;
const INDENTED = /^[^[{\n]{0,9}[[{]\s*\n/;

/** What the beginning of a file tells, and all of the file. */
export interface OpenInput {
  /** `null` for none that is known. */
  readonly format: TraceFormat | null;
  readonly isEmpty: boolean;
  /** It begins with a JSON document that goes over several lines. */
  readonly isIndented: boolean;
  readonly content: AsyncIterable<Uint8Array>;
}

/** A file to import, unpacked where it is gzipped. It breaks off where it cannot be read any further. */
export class TraceInput {
  /** Of the file as it is. */
  readBytes = 0;
  /** Why it broke off; one line. */
  damage: string | undefined;
  readonly #raw: AsyncIterable<Uint8Array>;

  constructor(raw: AsyncIterable<Uint8Array>) {
    this.#raw = raw;
  }

  /** Looks at the beginning. The content can be read once. */
  async open(): Promise<OpenInput> {
    const packed = await peek(this.#untilDamage(this.#counted()), GZIP.length);
    const isGzip = packed.start.subarray(0, GZIP.length).equals(GZIP);
    const content = await peek(this.#untilDamage(isGzip ? unpacked(packed.whole) : packed.whole), ENOUGH);
    return {
      format: detectTraceFormat(content.start),
      isEmpty: content.start.length === 0,
      isIndented: INDENTED.test(content.start.toString('latin1')),
      content: content.whole,
    };
  }

  async *#counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#raw) {
      this.readBytes += chunk.length;
      yield chunk;
    }
  }

  async *#untilDamage(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks;
    } catch (error) {
      this.damage = `cannot be read beyond byte ${this.readBytes} (${(error as Error).message})`;
    }
  }
}

function unpacked(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = Readable.from(chunks);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  return source.pipe(gunzip);
}

interface Peeked {
  readonly start: Buffer;
  /** All of it, the start as well. */
  readonly whole: AsyncIterable<Uint8Array>;
}

async function peek(chunks: AsyncIterable<Uint8Array>, length: number): Promise<Peeked> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let size = 0;
  while (size < length) {
    const next = await iterator.next();
    if (next.done === true) break;
    first.push(next.value);
    size += next.value.length;
  }
  return { start: Buffer.concat(first), whole: whole() };

  async function* whole(): AsyncGenerator<Uint8Array> {
    yield* first;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
}
