import { beforeAll, describe, expect, it } from '@jest/globals';
import { custom, outer } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import type { ErrorInfo } from './error-info.ts';
import type { RunScope } from './run-scope.ts';
import { journalOf, keepJournal, type KnownOutcome, type StepJournal } from './step-journal.ts';
import { isSuspension, Suspension } from './suspension.ts';

beforeAll(enableContexts);

/** Notes what it is told, and knows what it was told to know. */
class Noting implements StepJournal {
  readonly notes: string[];
  readonly #way: string;
  #isRunning = false;
  readonly #known: Readonly<Record<string, KnownOutcome>>;

  constructor(known: Readonly<Record<string, KnownOutcome>> = {}, notes: string[] = [], way = '') {
    this.#known = known;
    this.notes = notes;
    this.#way = way;
  }

  enter(edge: string, follows: boolean): StepJournal {
    this.notes.push(`enter ${this.#way}/${edge}${follows ? ' follows' : ''}`);
    return new Noting(this.#known, this.notes, `${this.#way}/${edge}`);
  }

  progressOf(): undefined {
    return undefined;
  }

  begun(): void {
    this.#isRunning = true;
  }

  ended(error: unknown): void {
    if (!this.#isRunning) this.notes.push(`${this.#way} ended and had not begun`);
    if (isSuspension(error)) this.notes.push(`${this.#way} waits`);
  }

  outcome(): KnownOutcome | undefined {
    return this.#known[this.#way];
  }

  succeeded(output: unknown): void {
    this.notes.push(`${this.#way} = ${String(output)}`);
  }

  failed({ message, category }: ErrorInfo): void {
    this.notes.push(`${this.#way} ! ${category} ${message}`);
  }

  cancelled(reason: unknown): void {
    this.notes.push(`${this.#way} left: ${String(reason)}`);
  }

  undoUnlessResumed(): boolean {
    return true;
  }
}

/** Runs a body as an execution whose steps are kept. */
async function kept(journal: StepJournal, body: (scope: RunScope) => unknown) {
  const observed = new Observed();
  const root = custom('root', (_: number, scope) => {
    expect(journalOf(scope)).toBeUndefined();
    keepJournal(scope, journal);
    return body(scope);
  });
  const outcome = await observed.run(() => root.tryExecute(0));
  return { observed, outcome };
}

const inc = custom('inc', (n: number) => n + 1);

describe('the journal of an execution', () => {
  it('hears of each step, by the way that leads to it, and what became of it', async () => {
    const journal = new Noting();
    const failing = custom('failing', () => {
      throw Object.assign(new Error('busy'), { status: 503 });
    });
    const { outcome } = await kept(journal, async ({ step }) => {
      await step('step_0', outer(inc), 1);
      await step('inner', failing, 1).catch(() => undefined);
      return step('step_1', inc, 5, { follows: true });
    });
    expect(outcome).toMatchObject({ ok: true, value: 6 });
    expect(journal.notes).toEqual([
      'enter /step_0',
      'enter /step_0/step_0',
      '/step_0/step_0 = 2',
      '/step_0 = 2',
      'enter /inner',
      '/inner ! transient busy',
      'enter /step_1 follows',
      '/step_1 = 6',
    ]);
  });

  it('hears of a step that timed out as of one that failed, and not of what was suspended or cancelled', async () => {
    const journal = new Noting();
    const controller = new AbortController();
    await kept(journal, async ({ step }) => {
      const late = Object.assign(new Error('late'), { name: 'TimeoutError' });
      const ways: (() => unknown)[] = [
        () => Promise.reject(late),
        () => Promise.reject(new Suspension('waits')),
      ];
      for (const [index, way] of ways.entries())
        await step(`step_${index}`, custom('way', way), 0).catch(() => undefined);
      const cancelled = custom('cancelled', () => controller.abort());
      const never = custom('never', () => Promise.reject(new Error('too late')));
      await step(
        'step_2',
        custom('both', async (n: number, scope) => {
          await scope.step('inner', cancelled, undefined);
          return scope.step('inner', never, n);
        }),
        0,
        { signal: controller.signal },
      ).catch(() => undefined);
    });
    expect(journal.notes.filter((note) => !note.startsWith('enter'))).toEqual([
      '/step_0 ! timeout late',
      '/step_1 waits',
      '/step_2/inner = undefined',
      '/step_2 left: AbortError: This operation was aborted',
    ]);
  });

  it('has what it knows of a step stand in for it: without a span, a point or a line', async () => {
    const busy = new Error('busy');
    const journal = new Noting({
      '/step_0': { ok: true, output: 41 },
      '/step_1': { ok: false, error: busy },
    });
    const { observed, outcome } = await kept(journal, async ({ step }) => {
      const known = await step('step_0', inc, 1, { follows: true });
      const error: unknown = await step('step_1', inc, 1).catch((thrown: unknown) => thrown);
      expect(error).toBe(busy);
      return step('step_2', inc, known, { follows: true });
    });
    expect(outcome).toMatchObject({ ok: true, value: 42 });
    expect(observed.spans.map(({ name }) => name)).toEqual([
      'primitive.custom.process',
      'primitive.custom.step_2',
      'primitive.custom.process',
    ]);
    const [connection] = Object.keys(await observed.points('primitive.connection.count'));
    expect(connection).toContain('source.primitive=inc');
    expect(observed.spans.flatMap(({ links }) => links)).toEqual([]);
  });
});

describe('a link to a span of another process', () => {
  it('leads to its span context', async () => {
    const observed = new Observed();
    const elsewhere = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1, isRemote: true };
    await observed.run(() =>
      custom('here', (_: number, { link }) => link(elsewhere, 'resumed_from')).execute(0),
    );
    expect(observed.spans[0]?.links).toMatchObject([
      { context: elsewhere, attributes: { 'link.type': 'resumed_from' } },
    ]);
  });
});
