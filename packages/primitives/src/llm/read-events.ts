import { type RunScope, untilAborted } from '@tta/obs-instrumentation';
import type { ChunkTimes } from './chunk-times.ts';
import type { LlmStreamReading } from './llm-adapter.ts';

/**
 * Reads a streamed response to its end and emits its text. The next event is asked for when the text of the one before has
 * been taken. However it ends, the stream is let go of, so that its connection closes.
 */
export async function readEvents<Event>(
  events: AsyncIterable<Event>,
  reading: LlmStreamReading<Event>,
  times: ChunkTimes,
  scope: RunScope<string>,
): Promise<void> {
  const iterator = events[Symbol.asyncIterator]();
  let hasEnded = false;
  try {
    for (;;) {
      const askedAt = scope.clock.monotonic();
      const made = iterator.next();
      // Where nothing can abort, no signal is made.
      const next = await (scope.isCancellable ? untilAborted(scope.signal, made) : made);
      times.waited(scope.clock.monotonic() - askedAt);
      if (next.done) {
        hasEnded = true;
        return;
      }
      const text = reading.add(next.value);
      if (text === undefined) continue;
      times.arrived();
      if (text !== '') await scope.emit(text);
    }
  } finally {
    // Not waited for: a stream that does not heed the signal lets go after its next event, and only then answers.
    if (!hasEnded) leave(iterator).catch(() => undefined);
  }
}

/** Lets go of a stream that nobody reads, so that its connection closes. */
export function letGo(events: AsyncIterable<unknown>): void {
  begunAndLeft(events).catch(() => undefined);
}

async function begunAndLeft(events: AsyncIterable<unknown>): Promise<void> {
  const iterator = events[Symbol.asyncIterator]();
  // A generator that was never asked for anything has nothing to let go of, and keeps what it was given.
  const first = iterator.next();
  await Promise.all([first, leave(iterator)]);
}

async function leave(iterator: AsyncIterator<unknown>): Promise<void> {
  await iterator.return?.();
}
