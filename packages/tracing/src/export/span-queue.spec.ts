import { TraceFlags } from '@opentelemetry/api';
import { NodeTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { ManualClock, seededRandom } from '@tta/obs-context/manual';
import { describe, expect, it } from '@jest/globals';
import type { Backlog, Batch } from './backlog.ts';
import type { Trouble } from './export-counts.ts';
import type { Sender, SendOutcome } from './sender.ts';
import { SpanQueue, type SpanQueueOptions } from './span-queue.ts';

const taken: SendOutcome = { kind: 'taken', rejected: 0, message: undefined };
const later = (afterMs?: number): SendOutcome => ({ kind: 'later', error: new Error('not now'), afterMs });
const refused: SendOutcome = { kind: 'refused', error: new Error('never') };

/** A destination whose answers a test gives by hand, or beforehand. */
class Scripted implements Sender<string> {
  /** Bodies in the order in which they were sent. */
  readonly sent: string[] = [];
  readonly lastWords: string[] = [];
  takesLastWords = true;
  isAborted = false;
  readonly #answers: SendOutcome[] = [];
  #pending: ((outcome: SendOutcome) => void) | undefined;

  /** Answers the request under way, or else the next one. */
  answer(...outcomes: SendOutcome[]): void {
    this.#answers.push(...outcomes);
    const next = this.#pending && this.#answers.shift();
    if (next) this.#pending?.(next);
  }

  send(body: string): Promise<SendOutcome> {
    this.sent.push(body);
    const next = this.#answers.shift();
    if (next) return Promise.resolve(next);
    return new Promise((resolve) => {
      this.#pending = (outcome) => {
        this.#pending = undefined;
        resolve(outcome);
      };
    });
  }

  sendBeforeExit(body: string): boolean {
    if (this.takesLastWords) this.lastWords.push(body);
    return this.takesLastWords;
  }

  finish(): void {}

  abort(): void {
    this.isAborted = true;
    this.#pending?.(later());
  }
}

/** Keeps batches like a disk or like memory, as far as a limit on their number lets it. */
class Shelf implements Backlog<string> {
  readonly isDurable: boolean;
  readonly keepsOn: 'disk' | 'memory';
  readonly volatile: Shelf | undefined;
  readonly batches: Batch<string>[];
  limit = Number.POSITIVE_INFINITY;
  left: Batch<string>[] = [];
  #first: Batch<string> | undefined;

  constructor(isDurable: boolean, batches: Batch<string>[] = []) {
    this.isDurable = isDurable;
    this.volatile = isDurable ? undefined : this;
    this.keepsOn = isDurable ? 'disk' : 'memory';
    this.batches = batches;
  }

  get isEmpty(): boolean {
    return this.batches.length === 0;
  }
  append(batch: Batch<string>): boolean {
    if (this.batches.length >= this.limit) return false;
    this.batches.push(batch);
    return true;
  }
  first(): Batch<string> | undefined {
    return (this.#first = this.batches[0]);
  }
  removeFirst(): void {
    if (this.#first && this.batches[0] === this.#first) this.batches.shift();
  }
  adopt(): void {
    this.batches.unshift(...this.left.splice(0));
  }
  close(): void {}
}

interface Bench {
  readonly clock: ManualClock;
  readonly sender: Scripted;
  readonly shelf: Shelf;
  readonly queue: SpanQueue<string>;
  readonly troubles: string[];
  /** Ends a span of this name. */
  end(...names: string[]): void;
}

function bench(shelf = new Shelf(false), options: Partial<SpanQueueOptions<string>> = {}): Bench {
  const clock = new ManualClock();
  const sender = new Scripted();
  const troubles: string[] = [];
  const queue = new SpanQueue<string>({
    sender,
    backlog: shelf,
    encode: (spans: ReadableSpan[]) => spans.map(({ name }) => name).join(' '),
    clock,
    random: seededRandom(1),
    timeoutMs: 10_000,
    flushMs: 50,
    queueItems: 8,
    batchItems: 4,
    everything: false,
    onTrouble: ({ kind, count, error }: Trouble) => void troubles.push(`${kind} ${count}: ${error.message}`),
    ...options,
  });
  queue.start();
  const tracer = new NodeTracerProvider({ spanProcessors: [queue] }).getTracer('spec');
  const end = (...names: string[]): void => names.forEach((name) => tracer.startSpan(name).end());
  return { clock, sender, shelf, queue, troubles, end };
}

describe('a queue whose destination answers', () => {
  it('sends spans together once flushMs has passed', async () => {
    const { clock, sender, queue, end } = bench();
    end('a', 'b');
    await clock.advance(49);
    expect(sender.sent).toEqual([]);
    await clock.advance(1);
    expect(sender.sent).toEqual(['a b']);
    sender.answer(taken);
    await clock.advance(0);
    expect(queue.counts).toEqual({ exported: 2, spooled: 0, dropped: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('sends a full batch at once', async () => {
    const { clock, sender, end } = bench();
    end('a', 'b', 'c', 'd');
    await clock.advance(0);
    expect(sender.sent).toEqual(['a b c d']);
  });

  it('has one request under way, and puts into the next what ends meanwhile', async () => {
    const { clock, sender, end } = bench();
    end('a');
    await clock.advance(50);
    end('b');
    await clock.advance(50);
    end('c');
    expect(sender.sent).toEqual(['a']);
    sender.answer(taken);
    await clock.advance(0);
    expect(sender.sent).toEqual(['a', 'b c']);
  });

  it('cuts a batch where it would get too large for a receiver', async () => {
    const { clock, sender, queue } = bench();
    const tracer = new NodeTracerProvider({ spanProcessors: [queue] }).getTracer('spec');
    for (const name of ['a', 'b', 'c']) {
      tracer.startSpan(name, { attributes: { text: 'x'.repeat(1.2 * 2 ** 20) } }).end();
    }
    sender.answer(taken, taken, taken);
    await clock.advance(50);
    expect(sender.sent).toEqual(['a', 'b', 'c']);
  });

  it('counts as dropped what the destination refuses, and goes on', async () => {
    const { clock, sender, queue, troubles, end } = bench();
    sender.answer(refused, { kind: 'taken', rejected: 1, message: 'too old' });
    end('a');
    await clock.advance(50);
    end('b', 'c');
    await clock.advance(50);
    expect(queue.counts).toEqual({ exported: 1, spooled: 0, dropped: 2 });
    expect(troubles).toEqual(['dropped 1: never', 'dropped 1: too old']);
  });

  it('never counts more spans as rejected than it sent', async () => {
    const { clock, sender, queue, end } = bench();
    sender.answer({ kind: 'taken', rejected: 99, message: undefined });
    end('a');
    await clock.advance(50);
    expect(queue.counts).toEqual({ exported: 0, spooled: 0, dropped: 1 });
  });

  it.each([1, 4])(
    'drops what cannot be encoded, and sends what can, with %d spans in a request',
    async (batchItems) => {
      const encode = (spans: ReadableSpan[]): string => {
        const odd = spans.find(({ name }) => name.startsWith('odd'));
        if (odd) throw new TypeError(`${odd.name} span`);
        return spans.map(({ name }) => name).join(' ');
      };
      const { sender, queue, troubles, end } = bench(new Shelf(false), { encode, batchItems });
      sender.answer(taken, taken, taken, taken);
      end('a', 'odd', 'b', 'odder', 'odd 1', 'odd 2', 'odd 3', 'odd 4', 'c');
      await queue.forceFlush();
      expect(sender.sent.join(' ')).toBe('a b c');
      expect(queue.counts).toEqual({ exported: 3, spooled: 0, dropped: 6 });
      expect(troubles).toEqual(
        ['odd', 'odder', 'odd 1', 'odd 2', 'odd 3', 'odd 4'].map((name) => `dropped 1: ${name} span`),
      );
    },
  );

  it('drops together what can be encoded alone only', async () => {
    const encode = (spans: ReadableSpan[]): string => {
      if (spans.length > 1) throw new RangeError('too long');
      return spans.map(({ name }) => name).join(' ');
    };
    const { sender, queue, troubles, end } = bench(new Shelf(false), { encode });
    sender.answer(taken);
    end('a', 'b', 'c', 'd', 'e');
    await queue.forceFlush();
    expect(sender.sent).toEqual(['e']);
    expect(troubles).toEqual(['dropped 4: too long']);
  });

  it('leaves spans of unsampled traces to a destination that takes everything', async () => {
    const some = bench();
    const all = bench(new Shelf(false), { everything: true });
    const span = { name: 'u', attributes: {}, events: [], links: [], status: {} };
    const unsampled = { ...span, spanContext: () => ({ traceFlags: TraceFlags.NONE }) };
    for (const { queue } of [some, all]) queue.onEnd(unsampled as unknown as ReadableSpan);
    for (const { clock } of [some, all]) await clock.advance(50);
    expect(some.sender.sent).toEqual([]);
    expect(all.sender.sent).toEqual(['u']);
  });

  it('holds the first request until it may be made', async () => {
    let settle = (): void => {};
    const ready = new Promise<void>((resolve) => (settle = resolve));
    const { clock, sender, end } = bench(new Shelf(false), { ready });
    end('a');
    await clock.advance(50);
    end('b');
    expect(sender.sent).toEqual([]);
    settle();
    await clock.advance(0);
    expect(sender.sent).toEqual(['a b']);
  });
});

describe.each([
  ['memory', false],
  ['disk', true],
])('a queue whose destination is down, with its backlog in %s', (_where, isDurable) => {
  it('keeps batches in order and sends them, oldest first, when it is back', async () => {
    const { clock, sender, shelf, queue, troubles, end } = bench(new Shelf(isDurable));
    sender.answer(later());
    end('a');
    await clock.advance(50);
    end('b');
    await clock.advance(50);
    end('c');
    await clock.advance(50);
    expect(shelf.batches.map(({ body }) => body)).toEqual(['a', 'b', 'c']);
    expect(troubles).toEqual(Array.from({ length: 3 }, () => 'kept 1: not now'));
    sender.answer(taken, taken, taken);
    await clock.advance(2_000);
    expect(sender.sent).toEqual(['a', 'a', 'b', 'c']);
    expect(queue.counts).toEqual({ exported: 3, spooled: isDurable ? 3 : 0, dropped: 0 });
    end('d');
    sender.answer(taken);
    await clock.advance(50);
    expect(sender.sent.at(-1)).toBe('d');
  });

  it('comes back after one second, then more and more seldom, at most every 7.5 seconds', async () => {
    const { clock, sender, end } = bench(new Shelf(isDurable));
    const times: number[] = [];
    sender.answer(...Array.from({ length: 30 }, () => later()));
    end('a');
    for (let i = 0; i < 1200; i++) {
      const before = sender.sent.length;
      await clock.advance(50);
      if (sender.sent.length > before) times.push(clock.monotonic());
    }
    const waits = times.slice(1).map((time, i) => time - (times[i] as number));
    expect(waits[0]).toBeGreaterThanOrEqual(500);
    expect(waits[0]).toBeLessThanOrEqual(1_550);
    expect(Math.max(...waits)).toBeGreaterThan(2_500);
    expect(Math.max(...waits)).toBeLessThanOrEqual(7_550);
  });

  it('leaves a destination alone for as long as it asked, also in a flush', async () => {
    const { clock, sender, queue, end } = bench(new Shelf(isDurable));
    sender.answer(later(20_000));
    end('a');
    await clock.advance(50);
    await queue.forceFlush();
    await clock.advance(19_000);
    expect(sender.sent).toEqual(['a']);
    sender.answer(taken);
    await clock.advance(1_000);
    expect(sender.sent).toEqual(['a', 'a']);
  });

  it('waits at least a tenth of a second where it was asked back at once', async () => {
    const { clock, sender, end } = bench(new Shelf(isDurable));
    sender.answer(later(0));
    end('a');
    await clock.advance(149);
    expect(sender.sent).toEqual(['a']);
    await clock.advance(1);
    expect(sender.sent).toEqual(['a', 'a']);
  });

  it('tries again in a flush, and ends it when the destination still takes nothing', async () => {
    const { clock, sender, shelf, queue, end } = bench(new Shelf(isDurable));
    sender.answer(later(), later());
    end('a');
    await clock.advance(50);
    end('b');
    await queue.forceFlush();
    expect(sender.sent).toEqual(['a', 'a']);
    expect(shelf.batches.map(({ body }) => body)).toEqual(['a', 'b']);
    sender.answer(taken, taken);
    await queue.forceFlush();
    expect(queue.counts.exported).toBe(2);
  });

  it('goes on to the next batch when a kept one is refused', async () => {
    const { clock, sender, shelf, queue, end } = bench(new Shelf(isDurable));
    sender.answer(later());
    end('a');
    await clock.advance(50);
    end('b');
    await clock.advance(50);
    sender.answer(refused, taken);
    await clock.advance(2_000);
    expect(shelf.isEmpty).toBe(true);
    expect(queue.counts).toMatchObject({ exported: 1, dropped: 1 });
  });

  it('counts as dropped what the backlog cannot keep', async () => {
    const { clock, sender, shelf, queue, troubles, end } = bench(new Shelf(isDurable));
    shelf.limit = 1;
    sender.answer(later());
    end('a');
    await clock.advance(50);
    end('b');
    await clock.advance(50);
    expect(queue.counts).toEqual({ exported: 0, spooled: isDurable ? 1 : 0, dropped: 1 });
    expect(troubles).toEqual(['kept 1: not now', 'dropped 1: not now']);
  });

  it('goes on when the one who is told of trouble throws', async () => {
    const onTrouble = (): never => {
      throw new Error('not me');
    };
    const { clock, sender, queue, end } = bench(new Shelf(isDurable), { onTrouble });
    sender.answer(later(), taken);
    end('a');
    await clock.advance(5_000);
    expect(queue.counts.exported).toBe(1);
  });
});

describe('a queue with a backlog on disk', () => {
  it('puts on disk what a slow destination holds up, and removes it when it has arrived', async () => {
    const { clock, sender, shelf, queue, end } = bench(new Shelf(true));
    end('a');
    await clock.advance(50);
    end('b');
    await clock.advance(999);
    expect(shelf.isEmpty).toBe(true);
    await clock.advance(1);
    expect(shelf.batches.map(({ body }) => body)).toEqual(['a', 'b']);
    end('c');
    await clock.advance(50);
    expect(shelf.batches.map(({ body }) => body)).toEqual(['a', 'b', 'c']);
    sender.answer(taken, taken, taken);
    await clock.advance(0);
    expect(sender.sent).toEqual(['a', 'b', 'c']);
    expect(shelf.isEmpty).toBe(true);
    expect(queue.counts).toEqual({ exported: 3, spooled: 3, dropped: 0 });
  });

  it('keeps one copy of a batch that was slow and then failed', async () => {
    const { clock, sender, shelf, end } = bench(new Shelf(true));
    end('a');
    await clock.advance(1_050);
    sender.answer(later());
    await clock.advance(0);
    expect(shelf.batches.map(({ body }) => body)).toEqual(['a']);
  });

  it('spills to disk what does not fit into memory', async () => {
    const { clock, sender, shelf, queue, end } = bench(new Shelf(true));
    end('a');
    await clock.advance(50);
    end(...'bcdefghij');
    expect(shelf.batches.map(({ body }) => body)).toEqual(['a', 'b c d e', 'f g h i']);
    sender.answer(taken, taken, taken, taken);
    await clock.advance(50);
    expect(sender.sent).toEqual(['a', 'b c d e', 'f g h i', 'j']);
    expect(queue.counts).toMatchObject({ exported: 10, dropped: 0 });
  });

  it('keeps the order when its queue overflows and the request under way then fails', async () => {
    const { clock, sender, shelf, end } = bench(new Shelf(true));
    end('a');
    await clock.advance(50);
    end(...'bcdefghij');
    sender.answer(later());
    await clock.advance(0);
    expect(shelf.batches.map(({ body }) => body)).toEqual(['a', 'b c d e', 'f g h i', 'j']);
    sender.answer(taken, taken, taken, taken);
    await clock.advance(2_000);
    expect(sender.sent).toEqual(['a', 'a', 'b c d e', 'f g h i', 'j']);
  });

  it('gives the event loop a turn between two batches that it puts on disk', async () => {
    const { clock, sender, shelf, end } = bench(new Shelf(true), { queueItems: 100 });
    end('a');
    await clock.advance(50);
    end(...'bcdefghijklm');
    sender.answer(later());
    await Promise.resolve();
    clock.spend(0);
    const kept: number[] = [];
    for (let turn = 0; turn < 4; turn++) {
      kept.push(shelf.batches.length);
      await clock.advance(0);
    }
    expect(kept[0]).toBeLessThan(4);
    expect(shelf.batches.map(({ body }) => body)).toEqual(['a', 'b c d e', 'f g h i', 'j k l m']);
  });

  it('adopts what others left as soon as the request under way is over, also in a busy program', async () => {
    const { clock, sender, shelf, end } = bench(new Shelf(true));
    await clock.advance(150);
    end('a');
    await clock.advance(50);
    shelf.left = [{ body: 'left', count: 1 }];
    await clock.advance(100);
    end('b');
    expect(shelf.batches).toEqual([]);
    sender.answer(taken, taken, taken);
    await clock.advance(0);
    expect(sender.sent).toEqual(['a', 'left', 'b']);
  });

  it('goes back to large requests as soon as a slow destination answers', async () => {
    const { clock, sender, shelf, end } = bench(new Shelf(true));
    end('a');
    await clock.advance(1_050);
    for (let turn = 0; turn < 20; turn++) {
      end(`${turn}`);
      await clock.advance(1);
    }
    // In turns of a millisecond nothing but full batches goes to disk; the rest waits for its flush.
    const spilled = shelf.batches.slice(1).map(({ body }) => body.split(' ').length);
    expect(Math.min(...spilled)).toBe(4);
    sender.answer(...Array.from({ length: 20 }, () => taken));
    await clock.advance(50);
    end('x', 'y');
    const kept = shelf.batches.length;
    await clock.advance(5);
    expect(shelf.batches.length).toBe(kept);
  });

  it('counts a slow batch that cannot be stored once, by its answer', async () => {
    const { clock, sender, shelf, queue, end } = bench(new Shelf(true));
    shelf.limit = 0;
    end('a');
    await clock.advance(1_050);
    sender.answer(taken);
    await clock.advance(0);
    expect(queue.counts).toEqual({ exported: 1, spooled: 0, dropped: 0 });
  });

  it('stops draining after a second of its stop: it is safe where it is', async () => {
    const { clock, sender, shelf, queue, end } = bench(new Shelf(true));
    shelf.left = Array.from({ length: 5 }, (_, i) => ({ body: `left ${i}`, count: 1 }));
    end('a');
    const stopped = queue.stop(60_000);
    for (let i = 0; i < 5; i++) {
      await clock.advance(400);
      sender.answer(taken);
    }
    await clock.advance(0);
    await stopped;
    expect(sender.sent).toEqual(['left 0', 'left 1', 'left 2']);
    expect(shelf.batches.map(({ body }) => body)).toEqual(['left 3', 'left 4', 'a']);
  });

  it('sends first what earlier processes left behind, also when nothing ends in this one', async () => {
    const { clock, sender, shelf, queue } = bench(new Shelf(true));
    shelf.left = [
      { body: 'left 1', count: 2 },
      { body: 'left 2', count: 3 },
    ];
    sender.answer(taken, taken);
    await clock.advance(250);
    expect(sender.sent).toEqual(['left 1', 'left 2']);
    expect(queue.counts).toEqual({ exported: 5, spooled: 0, dropped: 0 });
    shelf.left = [{ body: 'left later', count: 1 }];
    sender.answer(taken);
    await clock.advance(30_000);
    expect(sender.sent.at(-1)).toBe('left later');
  });

  it('sends what others left behind also when it stops before it had looked for it', async () => {
    const { sender, shelf, queue, end } = bench(new Shelf(true));
    shelf.left = [{ body: 'left', count: 1 }];
    sender.answer(taken, taken);
    end('a');
    await queue.stop(1_000);
    expect(sender.sent).toEqual(['left', 'a']);
  });

  it('leaves everything on disk, without a further attempt, when it stops while the destination is down', async () => {
    const { clock, sender, shelf, queue, end } = bench(new Shelf(true));
    sender.answer(later());
    end('a');
    await clock.advance(50);
    end('b');
    await queue.stop(1_000);
    expect(sender.sent).toEqual(['a']);
    expect(shelf.batches.map(({ body }) => body)).toEqual(['a', 'b']);
    expect(queue.counts).toEqual({ exported: 0, spooled: 2, dropped: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('leaves on disk what is not sent by the limit of its stop', async () => {
    const { clock, sender, shelf, queue, end } = bench(new Shelf(true));
    end('a');
    const stopped = queue.stop(500);
    await clock.advance(500);
    await stopped;
    expect(sender.isAborted).toBe(true);
    expect(shelf.batches.map(({ body }) => body)).toEqual(['a']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('sends last words, and puts them on disk where that fails', async () => {
    const up = bench(new Shelf(true));
    up.end('a', 'b');
    up.queue.finishNow(1_000);
    expect(up.sender.lastWords).toEqual(['a b']);
    expect(up.queue.counts).toEqual({ exported: 2, spooled: 0, dropped: 0 });

    const gone = bench(new Shelf(true));
    gone.sender.takesLastWords = false;
    gone.end('a', 'b');
    gone.queue.finishNow(1_000);
    expect(gone.shelf.batches.map(({ body }) => body)).toEqual(['a b']);
    expect(gone.queue.counts).toEqual({ exported: 0, spooled: 2, dropped: 0 });
  });

  it('has no last words for a destination that is down: they go to disk at once', async () => {
    const { clock, sender, shelf, queue, end } = bench(new Shelf(true));
    sender.answer(later());
    end('a');
    await clock.advance(50);
    end('b');
    queue.finishNow(1_000);
    expect(sender.lastWords).toEqual([]);
    expect(shelf.batches.map(({ body }) => body)).toEqual(['a', 'b']);
  });

  it('sends again at the last moment what is under way, and keeps no second copy on disk', async () => {
    const { clock, sender, shelf, queue, end } = bench(new Shelf(true));
    end('a');
    await clock.advance(50);
    end('b');
    queue.finishNow(1_000);
    expect(sender.lastWords).toEqual(['a', 'b']);
    sender.answer(taken);
    await clock.advance(0);
    expect(queue.counts).toEqual({ exported: 2, spooled: 0, dropped: 0 });
    expect(shelf.isEmpty).toBe(true);
  });
});

describe('a queue whose listener makes spans of the trouble it is told', () => {
  /** Makes a span at each trouble, and gives up where that does not end. */
  function chatty(queueOptions: Partial<SpanQueueOptions<string>> = {}): Bench & { told: string[] } {
    const told: string[] = [];
    const around = bench(new Shelf(false), {
      ...queueOptions,
      onTrouble: ({ kind, count, error }) => {
        told.push(`${kind} ${count}: ${error.message}`);
        if (told.length < 100) around.end('trouble');
      },
    });
    return { ...around, told };
  }

  it('counts those as dropped after its stop, without telling', async () => {
    const { queue, told, end } = chatty();
    await queue.stop(1_000);
    end('late');
    expect(told).toEqual(['dropped 1: it came after the shutdown']);
    expect(queue.counts.dropped).toBe(2);
  });

  it('counts those as dropped while it is full, and keeps what it has', async () => {
    const { clock, sender, queue, told, end } = chatty();
    end('a');
    await clock.advance(50);
    end(...'bcdefghij');
    expect(told).toEqual(['dropped 1: its queue is full']);
    expect(queue.counts.dropped).toBe(2);
    sender.answer(taken, taken, taken);
    await queue.forceFlush();
    expect(sender.sent).toEqual(['a', 'c d e f', 'g h i j']);
  });

  it('counts those as dropped while its destination is down, and comes to rest', async () => {
    const { clock, sender, queue, told, end } = chatty();
    sender.answer(later(60_000));
    end('a');
    await clock.advance(50_000);
    expect(told).toEqual(['kept 1: not now']);
    sender.answer(taken);
    await clock.advance(60_000);
    expect(queue.counts).toEqual({ exported: 1, spooled: 0, dropped: 1 });
  });
});

describe('a queue of what must not arrive twice', () => {
  const maybe = 'dropped 1: the process ended before it was answered; it may have arrived';

  it('gives up at the last moment what is under way, and sends what waits', async () => {
    const { clock, sender, queue, troubles, end } = bench(new Shelf(true), { isRepeatable: false });
    end('a');
    await clock.advance(50);
    end('b');
    queue.finishNow(1_000);
    expect(sender.lastWords).toEqual(['b']);
    expect(queue.counts).toEqual({ exported: 1, spooled: 0, dropped: 1 });
    expect(troubles).toEqual([maybe]);
  });

  it('gives up also what was under way once more, and sends what waited behind it', async () => {
    const { clock, sender, queue, troubles, end } = bench(new Shelf(false), { isRepeatable: false });
    sender.answer(later());
    for (const name of ['a', 'b']) {
      end(name);
      await clock.advance(50);
    }
    await clock.advance(2_000);
    expect(sender.sent).toEqual(['a', 'a']);
    queue.finishNow(1_000);
    expect(sender.lastWords).toEqual(['b']);
    expect(queue.counts).toEqual({ exported: 1, spooled: 0, dropped: 1 });
    expect(troubles.at(-1)).toBe(maybe);
  });

  it('leaves to the next process what is on disk already', async () => {
    const { clock, shelf, queue, end } = bench(new Shelf(true), { isRepeatable: false });
    end('a');
    await clock.advance(1_050);
    queue.finishNow(1_000);
    expect(shelf.batches.map(({ body }) => body)).toEqual(['a']);
    expect(queue.counts).toEqual({ exported: 0, spooled: 1, dropped: 0 });
  });
});

describe.each([
  ['memory', false],
  ['disk', true],
])('a queue that stops while a flush is under way, with its backlog in %s', (_where, isDurable) => {
  it('tries no more than once when the destination takes nothing', async () => {
    const { clock, sender, shelf, queue, end } = bench(new Shelf(isDurable));
    sender.answer(...Array.from({ length: 50 }, () => later()));
    end('a');
    const flushed = queue.forceFlush();
    const stopped = queue.stop(1_000);
    await clock.advance(0);
    await Promise.all([flushed, stopped]);
    expect(sender.sent.length).toBeLessThanOrEqual(2);
    expect(shelf.batches.length).toBe(isDurable ? 1 : 0);
    expect(queue.counts).toEqual({ exported: 0, spooled: isDurable ? 1 : 0, dropped: isDurable ? 0 : 1 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends at its limit when the destination does not answer', async () => {
    const { clock, sender, queue, end } = bench(new Shelf(isDurable));
    end(...'abcdefgh');
    const flushed = queue.forceFlush();
    const stopped = queue.stop(500);
    await clock.advance(500);
    await Promise.all([flushed, stopped]);
    expect(sender.sent).toHaveLength(1);
    const { exported, spooled, dropped } = queue.counts;
    expect(exported + spooled + dropped).toBe(8);
  });

  it('leaves to last words what it had not sent', async () => {
    const { sender, queue, end } = bench(new Shelf(isDurable));
    end(...'abcdef');
    const stopped = queue.stop(500);
    await Promise.resolve();
    queue.finishNow(1_000);
    await stopped;
    expect(sender.lastWords).toEqual(['a b c d', 'e f']);
    expect(queue.counts).toEqual({ exported: 6, spooled: 0, dropped: 0 });
  });

  it('counts what ends in the moment of its end', async () => {
    const { sender, queue, end } = bench(new Shelf(isDurable));
    sender.answer(taken);
    end('a');
    let ended = 1;
    const stopped = queue.stop(500);
    for (let i = 0; i < 12; i++) {
      await Promise.resolve();
      sender.answer(taken);
      end('late');
      ended++;
    }
    await stopped;
    const { exported, spooled, dropped } = queue.counts;
    expect(exported + spooled + dropped).toBe(ended);
  });
});

describe('a queue with its backlog in memory', () => {
  it('sends at the last moment what had waited, when the destination is up again', async () => {
    const { clock, sender, queue, end } = bench();
    sender.answer(later());
    end('a');
    await clock.advance(50);
    end('b');
    await clock.advance(50);
    await clock.advance(2_000);
    expect(sender.sent).toEqual(['a', 'a']);
    queue.finishNow(1_000);
    expect(sender.lastWords).toEqual(['a', 'b']);
    expect(queue.counts).toEqual({ exported: 2, spooled: 0, dropped: 0 });
  });

  it('drops the oldest span for a new one when it is full, and counts it', async () => {
    const { clock, sender, queue, troubles, end } = bench();
    end('first');
    await clock.advance(50);
    end(...'abcdefghij');
    expect(queue.counts.dropped).toBe(2);
    expect(troubles).toEqual(['dropped 1: its queue is full', 'dropped 1: its queue is full']);
    sender.answer(taken, taken, taken);
    await queue.forceFlush();
    expect(sender.sent).toEqual(['first', 'c d e f', 'g h i j']);
  });

  it('waits in a flush neither for what made room for others nor for what comes later', async () => {
    const { clock, sender, queue, end } = bench();
    end('first');
    await clock.advance(50);
    end(...'abcdefghij');
    let isFlushed = false;
    const flushed = queue.forceFlush().then(() => (isFlushed = true));
    for (const _batch of ['first', 'c d e f']) {
      sender.answer(taken);
      await clock.advance(0);
    }
    end('later');
    expect(isFlushed).toBe(false);
    sender.answer(taken);
    await clock.advance(0);
    expect(sender.sent).toEqual(['first', 'c d e f', 'g h i j', 'later']);
    expect(isFlushed).toBe(true);
    await flushed;
  });

  it('bounds what waits in bytes as well', async () => {
    const { clock, sender, queue } = bench(new Shelf(false), { queueItems: 1_000, batchItems: 1_000 });
    const tracer = new NodeTracerProvider({ spanProcessors: [queue] }).getTracer('spec');
    const end = (name: string): void =>
      tracer.startSpan(name, { attributes: { text: 'x'.repeat(6 * 2 ** 20) } }).end();
    end('under way');
    await clock.advance(0);
    for (const name of ['a', 'b', 'c']) end(name);
    expect(queue.counts.dropped).toBe(1);
    sender.answer(taken, taken, taken);
    await queue.forceFlush();
    expect(sender.sent).toEqual(['under way', 'b', 'c']);
  });

  it('tries once more when it stops, then drops and counts the rest', async () => {
    const { clock, sender, shelf, queue, end } = bench();
    sender.answer(later(), later());
    end('a');
    await clock.advance(50);
    end('b');
    await queue.stop(1_000);
    expect(sender.sent).toEqual(['a', 'a']);
    expect(shelf.isEmpty).toBe(true);
    expect(queue.counts).toEqual({ exported: 0, spooled: 0, dropped: 2 });
    end('late');
    expect(queue.counts.dropped).toBe(3);
  });

  it('has stopped for nobody until everything is sent', async () => {
    const { clock, sender, queue, end } = bench(new Shelf(false), { batchItems: 1 });
    end('a', 'b', 'c');
    const counts: number[] = [];
    const noteCount = (): void => void counts.push(queue.counts.exported);
    const stops = [5_000, 1].map((limitMs) => queue.stop(limitMs).then(noteCount));
    await clock.advance(1);
    expect(sender.isAborted).toBe(false);
    for (let answers = 0; answers < 3; answers++) {
      sender.answer(taken);
      await clock.advance(0);
    }
    await Promise.all([...stops, queue.stop(1).then(noteCount)]);
    expect(counts).toEqual([3, 3, 3]);
  });

  it('stops once, also when it is asked twice and after last words', async () => {
    const { sender, queue, end } = bench();
    end('a');
    sender.answer(taken);
    await Promise.all([queue.stop(1_000), queue.shutdown()]);
    queue.finishNow(1_000);
    await queue.forceFlush();
    expect(sender.sent).toEqual(['a']);
    expect(sender.lastWords).toEqual([]);
    expect(queue.counts).toEqual({ exported: 1, spooled: 0, dropped: 0 });
  });
});
