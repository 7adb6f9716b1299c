import { describe, expect, it } from '@jest/globals';
import { LiveAnswer } from './live-answer.ts';
import type { Answer } from './live-answer.ts';
import { ServiceProblem } from './service-client.ts';

/** A clock that is turned by hand. */
class HandClock {
  ms = 0;
  readonly #due: { readonly atMs: number; readonly fn: () => void }[] = [];

  readonly timer = (delayMs: number, fn: () => void): (() => void) => {
    const entry = { atMs: this.ms + delayMs, fn };
    this.#due.push(entry);
    return () => {
      const index = this.#due.indexOf(entry);
      if (index !== -1) this.#due.splice(index, 1);
    };
  };

  get pending(): number {
    return this.#due.length;
  }

  async turn(ms: number): Promise<void> {
    const untilMs = this.ms + ms;
    for (;;) {
      const next = this.#due.filter(({ atMs }) => atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.ms = next.atMs;
      this.#due.splice(this.#due.indexOf(next), 1);
      next.fn();
      await settle();
    }
    this.ms = untilMs;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

async function setUp({
  previous,
  isVisible = true,
  quietMs,
}: { previous?: number; isVisible?: boolean; quietMs?: number } = {}) {
  const clock = new HandClock();
  const shown: Answer<number>[] = [];
  let asked = 0;
  let problem: Error | undefined;
  const live = new LiveAnswer<number>(
    {
      ask: async () => {
        asked += 1;
        if (problem !== undefined) throw problem;
        return asked;
      },
      show: (answer) => shown.push(answer),
      timer: clock.timer,
      nowMs: () => clock.ms,
      previous,
      quietMs,
    },
    isVisible,
  );
  await settle();
  return { live, clock, shown, asked: () => asked, fail: (error?: Error) => (problem = error) };
}

describe('LiveAnswer', () => {
  it('asks for the last of many changes as well, when the quiet time is over', async () => {
    const { clock, live, shown } = await setUp({ quietMs: 5_000 });
    await clock.turn(1_000);
    live.refresh();
    live.refresh();
    await clock.turn(3_900);
    expect(shown.at(-1)).toMatchObject({ value: 1 });
    await clock.turn(200);
    expect(shown.at(-1)).toMatchObject({ value: 2 });
  });

  it('loads, then shows', async () => {
    const { shown } = await setUp();
    expect(shown).toEqual([{ kind: 'loading' }, { kind: 'shown', value: 1, isOutdated: false }]);
  });

  it('tells what the question before was answered with', async () => {
    const { shown } = await setUp({ previous: 7 });
    expect(shown[0]).toEqual({ kind: 'loading', previous: 7 });
  });

  it('asks once for many changes, two seconds after the last question', async () => {
    const { live, clock, asked } = await setUp();
    for (let change = 0; change < 5; change++) live.refresh();
    expect(asked()).toBe(1);
    await clock.turn(1_999);
    expect(asked()).toBe(1);
    await clock.turn(1);
    expect(asked()).toBe(2);
  });

  it('asks again after 15 seconds in which nothing happened', async () => {
    const { clock, asked } = await setUp();
    await clock.turn(14_999);
    expect(asked()).toBe(1);
    await clock.turn(1);
    expect(asked()).toBe(2);
  });

  it('asks nothing while nobody looks, and at once when somebody does', async () => {
    const { live, clock, asked } = await setUp({ isVisible: false });
    await clock.turn(60_000);
    live.refresh();
    await clock.turn(60_000);
    expect(asked()).toBe(1);
    live.setVisible(true);
    await settle();
    expect(asked()).toBe(2);
  });

  it('keeps what it shows when the service fails, and says that it is old', async () => {
    const { live, clock, shown, fail } = await setUp();
    fail(new TypeError('fetch failed'));
    live.refresh();
    await clock.turn(2_000);
    expect(shown.at(-1)).toEqual({ kind: 'shown', value: 1, isOutdated: true });
    fail();
    live.refresh();
    await clock.turn(2_000);
    expect(shown.at(-1)).toEqual({ kind: 'shown', value: 3, isOutdated: false });
  });

  it('says why there is nothing to show, and tries again when told to', async () => {
    const clock = new HandClock();
    const shown: Answer<string>[] = [];
    const problems: (Error | undefined)[] = [new ServiceProblem(500, 'The service answered 500: no disk')];
    const live = new LiveAnswer<string>({
      ask: async () => {
        const problem = problems.shift();
        if (problem !== undefined) throw problem;
        return 'value';
      },
      show: (answer) => shown.push(answer),
      timer: clock.timer,
      nowMs: () => clock.ms,
    });
    await settle();
    const failed = shown.at(-1);
    expect(failed).toMatchObject({ kind: 'failed', message: 'The service answered 500: no disk' });
    if (failed?.kind === 'failed') failed.retry();
    expect(shown.at(-1)).toEqual({ kind: 'loading' });
    await clock.turn(2_000);
    expect(shown.at(-1)).toEqual({ kind: 'shown', value: 'value', isOutdated: false });
    live.stop();
  });

  it('shows nothing and waits for nothing after its end', async () => {
    const { live, clock, shown } = await setUp();
    live.refresh();
    await clock.turn(1_000);
    const before = shown.length;
    live.stop();
    expect(clock.pending).toBe(0);
    await clock.turn(60_000);
    expect(shown).toHaveLength(before);
  });
});
