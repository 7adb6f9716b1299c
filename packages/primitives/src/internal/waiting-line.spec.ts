import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import fc from 'fast-check';
import { WaitingLine } from './waiting-line.ts';

const stop = new Error('stop');
const tooLong = new Error('too long');

describe('WaitingLine', () => {
  it('calls nobody where nobody waits', () => {
    const line = new WaitingLine();
    expect(line.callNext()).toBe(false);
    expect(line.length).toBe(0);
  });

  it('keeps nobody whose timer could not be set', async () => {
    const line = new WaitingLine();
    const clock = new ManualClock();
    const { signal } = new AbortController();
    clock.timer = () => {
      throw new Error('no timers');
    };
    await expect(line.wait({ signal, clock }, { ms: 1, error: () => tooLong })).rejects.toThrow('no timers');
    expect([line.length, line.callNext(), getEventListeners(signal, 'abort').length]).toEqual([0, false, 0]);
  });

  it('takes in nobody who is cancelled already', async () => {
    const line = new WaitingLine();
    const waiting = line.wait({ signal: AbortSignal.abort(stop), clock: new ManualClock() });
    expect(line.length).toBe(0);
    await expect(waiting).rejects.toBe(stop);
  });

  it('is the order of arrival of those who still wait, whatever becomes of the others', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('join', 'join', 'join in haste', 'call', 'abort', 'wait'), {
          maxLength: 80,
        }),
        fc.infiniteStream(fc.nat()),
        async (script, chance) => {
          const line = new WaitingLine();
          const clock = new ManualClock();
          const ends: string[] = [];
          let model: { id: number; untilMs: number; caller: AbortController }[] = [];
          const expected: string[] = [];
          /** Whether it called somebody, and whether there was one. */
          const calls: [boolean, boolean][] = [];
          let next = 0;
          for (const act of script) {
            if (act.startsWith('join')) {
              const id = next++;
              const caller = new AbortController();
              const untilMs = act === 'join' ? Number.POSITIVE_INFINITY : clock.monotonic() + 10;
              model.push({ id, untilMs, caller });
              line
                .wait(
                  { signal: caller.signal, clock },
                  act === 'join' ? undefined : { ms: 10, error: () => tooLong },
                )
                .then(
                  () => ends.push(`${id} called`),
                  (error: Error) => ends.push(`${id} ${error.message}`),
                );
            } else if (act === 'call') {
              const first = model.shift();
              if (first) expected.push(`${first.id} called`);
              calls.push([line.callNext(), first !== undefined]);
            } else if (act === 'abort' && model.length > 0) {
              const [gone] = model.splice((chance.next().value as number) % model.length, 1);
              gone?.caller.abort(stop);
              if (gone) expected.push(`${gone.id} stop`);
            } else {
              await clock.advance(4);
              for (const { id, untilMs } of model)
                if (untilMs <= clock.monotonic()) expected.push(`${id} too long`);
              model = model.filter(({ untilMs }) => untilMs > clock.monotonic());
            }
            expect(line.length).toBe(model.length);
            expect(clock.pendingTimers).toBe(model.filter(({ untilMs }) => Number.isFinite(untilMs)).length);
          }
          for (const { id, caller } of model) {
            expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1);
            line.callNext();
            expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
            expected.push(`${id} called`);
          }
          await clock.advance(0);
          expect(ends).toEqual(expected);
          expect(calls.filter(([did, could]) => did !== could)).toEqual([]);
          expect(clock.pendingTimers).toBe(0);
        },
      ),
    ));
});
