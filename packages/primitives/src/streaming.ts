import { context } from '@opentelemetry/api';
import { InvalidCompositionError, ObsError } from '@tta/obs-context';
import { InstrumentedPrimitive, onAbort, type RunScope } from '@tta/obs-instrumentation';

/** What is read chunk by chunk: an async generator, a `ReadableStream`, an array. A string is not: `[...text]` is. */
export type Chunks<C> = AsyncIterable<C> | (Iterable<C> & object);

/** What is read chunk by chunk and returns an output. */
type ChunkGenerator<C, O> = AsyncGenerator<C, O, undefined> | Generator<C, O, undefined>;

class Streaming<I, C, O> extends InstrumentedPrimitive<I, O, C> {
  readonly #produce: (input: I, scope: RunScope) => unknown;

  constructor(name: string, produce: (input: I, scope: RunScope) => unknown) {
    super({ type: 'streaming', name });
    this.#produce = produce;
  }

  protected run(input: I, scope: RunScope<C>): Promise<O> {
    const production = new Production<C, O>(scope);
    const produce = () => production.from(() => this.#produce(input, scope), this.name);
    if (!scope.isCancellable) return produce();
    // Not a race for each chunk: what never settles would keep every one of them.
    return new Promise((resolve, reject) => {
      const stop = context.bind(context.active(), () => production.stop());
      const unfollow = onAbort(scope.signal, () => {
        reject(scope.signal.reason);
        stop();
      });
      produce().finally(unfollow).then(resolve, reject);
    });
  }
}

/** Takes chunks from where they are made to where they are read. */
class Production<C, O> {
  readonly #scope: RunScope<C>;
  #chunks: AsyncIterator<C, O> | undefined;

  constructor(scope: RunScope<C>) {
    this.#scope = scope;
  }

  async from(produce: () => unknown, name: string): Promise<O> {
    const { emit, isCancellable } = this.#scope;
    const chunks = iteratorOf<C, O>(await produce(), name);
    this.#chunks = chunks;
    if (isCancellable && this.#scope.signal.aborted) {
      this.stop();
      throw this.#scope.signal.reason;
    }
    for (;;) {
      const { done, value } = await chunks.next();
      if (done) return value;
      try {
        await emit(value);
      } catch (refused) {
        // Also where nobody aborts: what stands between it and its reader may refuse a chunk.
        this.stop();
        throw refused;
      }
    }
  }

  /** Has the producer clean up. Nobody waits for that, nor hears of its errors: it may hang in what it waits for. */
  stop(): void {
    const chunks = this.#chunks;
    this.#chunks = undefined;
    void (async () => chunks?.return?.())().catch(() => undefined);
  }
}

function iteratorOf<C, O>(produced: unknown, name: string): AsyncIterator<C, O> {
  if (typeof produced === 'object' && produced !== null) {
    const { [Symbol.asyncIterator]: many, [Symbol.iterator]: few } = produced as Partial<
      AsyncIterable<C, O> & Iterable<C, O>
    >;
    if (many) return many.call(produced);
    if (few) return eachOf(produced as Iterable<C, O>);
  }
  const found = produced === null || produced === undefined ? String(produced) : typeof produced;
  throw new ObsError(
    `the producer of "${name}" returned ${found}; it returns what can be read chunk by chunk: write it as async function* (input, scope) { yield chunk; }`,
    { code: 'OBS_ERR_NO_CHUNKS', category: 'validation', severity: 'high' },
  );
}

async function* eachOf<C, O>(chunks: Iterable<C, O>): AsyncGenerator<C, O> {
  return yield* chunks;
}

/**
 * A step that gives what it makes chunk by chunk: `stream()` reads the chunks as they are made, one ahead at most;
 * `execute()` drops them and gives what the generator returns.
 *
 * A run that is cancelled ends at once, also when its producer hangs. The producer is told by the signal of its scope, and
 * by `return()`, which has a generator go to its `finally`; what comes of that reaches nobody.
 *
 * @param produce - A generator function, async or not; or a function that returns, or promises, anything else that can be read
 * chunk by chunk.
 * @throws What the producer throws, after the chunks that came before it; the reason of the signal when the run is
 * cancelled; `OBS_ERR_NO_CHUNKS` when what `produce` returned cannot be read chunk by chunk.
 * @throws `OBS_ERR_INVALID_COMPOSITION` when `produce` is no function; at construction.
 */
export function streaming<I, C, O>(
  name: string,
  produce: (input: I, scope: RunScope) => ChunkGenerator<C, O> | PromiseLike<ChunkGenerator<C, O>>,
): InstrumentedPrimitive<I, O, C>;
export function streaming<I, C>(
  name: string,
  produce: (input: I, scope: RunScope) => Chunks<C> | PromiseLike<Chunks<C>>,
): InstrumentedPrimitive<I, undefined, C>;
export function streaming<I, C, O>(
  name: string,
  produce: (input: I, scope: RunScope) => unknown,
): InstrumentedPrimitive<I, O, C> {
  // JavaScript may give anything.
  const given: unknown = produce;
  if (typeof given !== 'function') {
    throw new InvalidCompositionError(
      `streaming "${name}" needs a function that makes the chunks: async function* (input, scope) { yield chunk; }`,
    );
  }
  return new Streaming(name, produce);
}
