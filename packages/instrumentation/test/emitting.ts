import { afterEach, beforeEach } from '@jest/globals';
import { InstrumentedPrimitive } from '../src/instrumented-primitive.ts';
import type { RunScope } from '../src/run-scope.ts';

class Emitting<I, O, Chunk> extends InstrumentedPrimitive<I, O, Chunk> {
  readonly #body: (input: I, scope: RunScope<Chunk>) => O | PromiseLike<O>;

  constructor(name: string, body: (input: I, scope: RunScope<Chunk>) => O | PromiseLike<O>) {
    super({ type: 'emitting', name });
    this.#body = body;
  }

  protected run(input: I, scope: RunScope<Chunk>): O | PromiseLike<O> {
    return this.#body(input, scope);
  }
}

/** A primitive of a contributor that emits what it is told to. */
export const emitting = <I, O, Chunk = number>(
  name: string,
  body: (input: I, scope: RunScope<Chunk>) => O | PromiseLike<O>,
): InstrumentedPrimitive<I, O, Chunk> => new Emitting(name, body);

/** Counts from 1 to its input, and returns that. `made` is what it has come to. */
export class Counting extends InstrumentedPrimitive<number, number, number> {
  made = 0;

  constructor() {
    super({ type: 'emitting', name: 'counting' });
  }

  protected async run(last: number, { emit }: RunScope<number>): Promise<number> {
    while (this.made < last) await emit(++this.made);
    return last;
  }
}

/** All chunks of a stream. */
export async function read<Chunk>(stream: AsyncIterable<Chunk>): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** Until everything that can happen without a timer has happened. */
export const idle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Work that does nothing but heed its signal. */
export const hang = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** Fails what leaves a rejection that nobody heard, which would end a process. */
export function failOnUnheardRejections(): void {
  let unheard: unknown[];
  const hear = (reason: unknown): void => {
    unheard.push(reason);
  };
  beforeEach(() => {
    unheard = [];
    process.on('unhandledRejection', hear);
  });
  afterEach(async () => {
    await idle();
    process.off('unhandledRejection', hear);
    if (unheard.length > 0) throw new Error('nobody heard of a rejection', { cause: unheard[0] });
  });
}
