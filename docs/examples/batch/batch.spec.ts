import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { observed } from '@tta/obs-testing';
import { matchers } from '@tta/obs-testing/jest';
import { ExampleProgram, stableText } from '../test/program.ts';
import { Archive, Source } from './archive.ts';
import { storeReadings } from './workflow.ts';

expect.extend(matchers);

let program: ExampleProgram;
beforeAll(async () => {
  program = await ExampleProgram.bundle('batch');
});
afterAll(() => program.remove());

describe('the example batch', () => {
  it('stores what can be used of a source, and reads it no faster than that', async () => {
    const { exitCode, stdout, stderr, trace } = await program.observe();

    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stableText(stdout)).toMatchInlineSnapshot(`
      "21 readings: 18 stored, 3 skipped because they cannot be used
      at most 4 of them were on their way at a time

      ✓ batch  … ms
      to see them as trees: npx tta-obs run --exit -- node dist/batch/main.js
      "
    `);
    expect(trace).toHaveSpan('primitive.foreach.execute "store readings" success', 1);
    expect(trace).toHaveSpan('primitive.retry.execute "store" success', 18);
    expect(trace).toHaveRetried('store', 2);
    expect(trace).toHaveSpan('primitive.lambda.execute "skip" success', 3);
    expect(trace).toHaveNoOrphans();
  });

  it(
    'asks a source of any size for no more than it has lanes',
    observed(async () => {
      const archive = new Archive();
      const source = new Source(archive);
      const places = await storeReadings(archive.store).execute(source.readings(30));

      expect(places.toSorted((one, other) => one - other)).toEqual(
        Array.from({ length: 26 }, (_, at) => at + 1),
      );
      expect([archive.size, source.mostOnTheirWay]).toEqual([26, 4]);
    }),
  );

  it(
    'stops at the first reading that cannot be stored at all',
    observed(
      async (trace) => {
        const store = storeReadings(async ({ number }) => {
          if (number === 1) throw new RangeError('no such place');
          return number;
        });
        const readings = [0, 1, 2].map((number) => ({ number, celsius: 20 }));
        const pending = store.tryExecute(readings);
        await trace.clock.advance(60_000);

        expect(await pending).toMatchObject({ ok: false, info: { message: 'no such place' } });
        expect(trace).toHaveRetried('store', 0);
        expect(trace).toHaveSpanTree(`
          primitive.foreach.execute "store readings" error
          ├─ primitive.foreach.item_0 "store or skip" success
          │  └─ …
          ├─ primitive.foreach.item_1 "store or skip" error
          │  └─ …
          └─ primitive.foreach.item_2 "store or skip" success
             └─ …
        `);
      },
      { clock: 'manual' },
    ),
  );
});
