import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Counting, emitting, failOnUnheardRejections, hang, idle } from '../test/emitting.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { withInstrumentation } from './current-instrumentation.ts';
import { Instrumentation } from './instrumentation.ts';
import { OpenStreams } from './open-streams.ts';

beforeAll(enableContexts);

const endless = Number.POSITIVE_INFINITY;
let observed: Observed;

beforeEach(() => {
  observed = new Observed();
});

failOnUnheardRejections();

const end = (): string[] => observed.instrumentation.endForgottenStreams('the process ended');
const statuses = (): unknown[] => observed.spans.map(({ attributes }) => attributes['execution.status']);

describe('a stream that nobody reads', () => {
  it('ends as cancelled at once, and says why', async () => {
    const stream = observed.run(() => new Counting().stream(endless));
    expect(end()).toEqual(['counting']);
    expect(statuses()).toEqual(['cancelled']);
    await expect(stream.result).rejects.toThrow(
      'the stream of "counting" was neither read to its end nor cancelled, and the process ended',
    );
    expect(end()).toEqual([]);
  });

  it('has its work aborted, also where it has emitted nothing yet', () => {
    let heard: AbortSignal | undefined;
    const hanging = emitting('hanging', (_: number, { signal }) => hang((heard = signal)));
    observed.run(() => hanging.stream(0));
    expect(end()).toEqual(['hanging']);
    expect(heard?.aborted).toBe(true);
    expect(statuses()).toEqual(['cancelled']);
  });

  it('is one that was begun to be read as well', async () => {
    const stream = observed.run(() => new Counting().stream(endless));
    await stream[Symbol.asyncIterator]().next();
    expect(end()).toEqual(['counting']);
    expect(statuses()).toEqual(['cancelled']);
  });
});

describe('a stream that goes on', () => {
  it('is one whose reader waits for its next chunk', async () => {
    const hanging = emitting('hanging', (_: number, { signal }) => hang(signal));
    const stream = observed.run(() => hanging.stream(0));
    const next = stream[Symbol.asyncIterator]().next();
    expect(end()).toEqual([]);
    stream.cancel();
    await expect(next).rejects.toThrow('the stream was cancelled');
  });

  it('is one of which only the result was asked for', async () => {
    let go = (): void => undefined;
    const slow = emitting('slow', async () => {
      await new Promise<void>((resolve) => (go = resolve));
      return 'done';
    });
    const { result } = observed.run(() => slow.stream(0));
    await idle();
    expect(end()).toEqual([]);
    go();
    expect(await result).toBe('done');
  });
});

describe('the streams that have not ended', () => {
  it('are forgotten at their end', async () => {
    const { openStreams } = observed.instrumentation;
    const stream = observed.run(() => new Counting().stream(2));
    expect(openStreams.size).toBe(1);
    await stream.result;
    expect(openStreams.size).toBe(0);
  });

  it('are not known where nothing is told of their runs', () => {
    const silent = new Instrumentation();
    const stream = context.with(withInstrumentation(ROOT_CONTEXT, silent), () => new Counting().stream(2));
    expect(silent.openStreams.size).toBe(0);
    stream.cancel();
  });

  it('are at most a thousand', () => {
    const streams = new OpenStreams();
    for (let at = 0; at < 1_001; at++) streams.add({ isForgotten: true, endNow: () => undefined }, `${at}`);
    expect(streams.size).toBe(1_000);
  });
});
