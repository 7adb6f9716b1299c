import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { spanColumns } from '../testing/trace-fixture.ts';
import type { AiSketch, SpanSketch } from '../testing/trace-fixture.ts';
import { buildSpanTree } from '../tree/span-tree.ts';
import { calledName, rowFigures } from './row-figures.ts';
import { rowUsage } from './row-usage.ts';

const tokens = fc.option(fc.integer({ min: 0, max: 10_000 }), { nil: null });
const aiSketch: fc.Arbitrary<AiSketch> = fc.record({
  inputTokens: tokens,
  outputTokens: tokens,
  cacheReadTokens: tokens,
  costUsd: fc.option(fc.integer({ min: 0, max: 100 }), { nil: null }),
  costSource: fc.constantFrom('reported' as const, 'estimated' as const, 'unpriced' as const, null),
  countsTokens: fc.boolean(),
  countsCost: fc.boolean(),
});

/** A trace of one root in which every other span is below one before it, some of them steps with an only child. */
const traces: fc.Arbitrary<SpanSketch[]> = fc
  .array(fc.record({ above: fc.nat(), isStep: fc.boolean(), ai: fc.option(aiSketch, { nil: undefined }) }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((spans) =>
    spans.map(({ above, isStep, ai }, index) => ({
      name: isStep ? `primitive.sequential.step_${index}` : 'work',
      ...(index > 0 && { parent: above % index }),
      ...(ai !== undefined && { ai }),
    })),
  );

describe('rowUsage', () => {
  it('sums to what all spans of the trace tell, each token and each dollar once', () => {
    fc.assert(
      fc.property(traces, (sketches) => {
        const usage = rowUsage(buildSpanTree(spanColumns(sketches)));
        const sum = (value: (ai: AiSketch) => number | null | undefined): number =>
          sketches.reduce((total, { ai }) => total + ((ai && value(ai)) ?? 0), 0);
        const cost = (source: string) =>
          sum((ai) => (ai.countsCost === true && ai.costSource === source ? ai.costUsd : 0));
        expect({
          input: usage.inputTokens[0],
          output: usage.outputTokens[0],
          cached: usage.cachedTokens[0],
          reported: usage.reportedUsd[0],
          estimated: usage.estimatedUsd[0],
          unpriced: usage.unpricedCount[0],
        }).toEqual({
          input: sum((ai) => (ai.countsTokens === true ? ai.inputTokens : 0)),
          output: sum((ai) => (ai.countsTokens === true ? ai.outputTokens : 0)),
          cached: sum((ai) => (ai.countsTokens === true ? ai.cacheReadTokens : 0)),
          reported: cost('reported'),
          estimated: cost('estimated'),
          unpriced: sum((ai) => (ai.countsTokens === true && ai.costSource === 'unpriced' ? 1 : 0)),
        });
      }),
    );
  });

  it('has on each row what is on the row and on those right below it', () => {
    fc.assert(
      fc.property(traces, (sketches) => {
        const tree = buildSpanTree(spanColumns(sketches));
        const { inputTokens } = rowUsage(tree);
        const below = new Float64Array(tree.rowCount);
        for (let row = 1; row < tree.rowCount; row++) below[tree.parent[row] as number]! += inputTokens[row]!;
        for (let row = 0; row < tree.rowCount; row++) {
          const spans = new Set([tree.outer[row]!, tree.inner[row]!]);
          const own = [...spans].reduce((sum, span) => {
            const { ai } = sketches[span]!;
            return sum + (ai?.countsTokens === true ? (ai.inputTokens ?? 0) : 0);
          }, 0);
          expect(inputTokens[row]).toBe(own + below[row]!);
        }
      }),
    );
  });
});

describe('rowFigures', () => {
  const tree = buildSpanTree(
    spanColumns([
      { name: 'agent', ai: { operation: 'agent', inputTokens: 1_500, outputTokens: 1, countsTokens: false } },
      {
        name: 'chat',
        parent: 0,
        ai: {
          model: 'gpt-5.1',
          inputTokens: 1_204,
          outputTokens: 350,
          cacheReadTokens: 1_000,
          costUsd: 0.0022,
          costSource: 'estimated',
        },
      },
      { name: 'other', parent: 0, ai: { inputTokens: 296, outputTokens: 0, costSource: 'unpriced' } },
      { name: 'plain', parent: 0 },
    ]),
  );

  it('says what a call used, what it cost and whose word that is', () => {
    expect(rowFigures(tree, 1)).toEqual({
      tokens: '1204→350',
      cached: '83 % cached',
      cost: '≈ $0.0022',
      isSum: false,
      words: "1,204 tokens in, 350 out, 1,000 of them from the provider's cache, $0.0022 estimated",
    });
  });

  it('sums up below a row whose own figures repeat it, and says what has no price', () => {
    expect(rowFigures(tree, 0)).toMatchObject({ tokens: '1500→350', cost: '≈ $0.0022 +', isSum: true });
    expect(rowFigures(tree, 0)?.words).toContain('1 call unpriced, in all below');
    expect(rowFigures(tree, 2)).toMatchObject({ tokens: '296→0', cost: 'unpriced' });
  });

  it('says nothing of a row that used nothing', () => {
    expect(rowFigures(tree, 3)).toBeUndefined();
  });

  it('names the model, tool or agent where the label does not', () => {
    const spans = spanColumns([
      { name: 'a', ai: { operation: 'inference', model: 'gpt-5.1' } },
      { name: 'b', ai: { operation: 'tool', tool: 'weather', model: 'gpt-5.1' } },
      { name: 'c', ai: { operation: 'agent', model: 'gpt-5.1' } },
    ]);
    expect([0, 1, 2].map((place) => calledName(spans, place, 'ask'))).toEqual([
      'gpt-5.1',
      'weather',
      undefined,
    ]);
    expect(calledName(spans, 0, 'chat gpt-5.1')).toBeUndefined();
    const dated = spanColumns([{ name: 'a', ai: { operation: 'inference', model: 'gpt-5.1-2025-11-13' } }]);
    expect(calledName(dated, 0, 'chat gpt-5.1')).toBeUndefined();
    expect(calledName(dated, 0, 'chat gpt-5')).toBe('gpt-5.1-2025-11-13');
  });
});
