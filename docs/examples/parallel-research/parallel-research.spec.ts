import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { observed } from '@tta/obs-testing';
import { matchers } from '@tta/obs-testing/jest';
import { ExampleProgram, stableText } from '../test/program.ts';
import { startSearchServer } from './search-server.ts';
import { type Finding, research } from './workflow.ts';

expect.extend(matchers);

let program: ExampleProgram;
beforeAll(async () => {
  program = await ExampleProgram.bundle('parallel-research');
});
afterAll(() => program.remove());

describe('the example parallel-research', () => {
  it('reports what the sources say, and what is missing', async () => {
    const { exitCode, stdout, stderr, trace } = await program.observe();

    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stableText(stdout)).toMatchInlineSnapshot(`
      "tea: a drink of leaves (encyclopedia)
      tea: prices rise again (news)
      tea: on its caffeine (papers)
      tides: what the moon does to the sea (encyclopedia)
      tides: on their harmonics (papers)
      traces: what a run leaves (encyclopedia)
      traces: a standard is agreed on (news)
      missing: news: "search news" failed after 2 attempts; the last error: 503 for tides
      missing: papers: "search papers" failed after 2 attempts; the last error: "search papers attempt" did not end within … ms

      ✓ research  … ms
      to see them as trees: npx tta-obs run --exit -- node dist/parallel-research/main.js
      "
    `);
    expect(trace).toHaveSpan('primitive.settle.execute "ask sources" success', 3);
    expect(trace).toHaveSpan('primitive.retry.execute "search news" error', 1);
    expect(trace).toHaveSpan('primitive.retry.execute "search papers" timeout', 1);
    expect(trace).toHaveSpan('primitive.sequential.execute "research" success', 1);
    expect(trace).toHaveNoOrphans();
  });

  it(
    'asks a source that fails a second time, and tells what it failed with',
    observed(async (trace) => {
      const server = await startSearchServer();
      const { findings, gaps } = await research(server.sources).execute('tides');
      await server.close();

      expect(findings.map(({ source }) => source)).toEqual(['encyclopedia', 'papers']);
      expect(gaps).toEqual(['news: "search news" failed after 2 attempts; the last error: 503 for tides']);
      expect([server.asked('news', 'tides'), server.asked('papers', 'tides')]).toEqual([2, 1]);
      expect(trace).toHaveRetried('search news', 1);
    }),
  );

  it(
    'has an empty report where no source answers',
    observed(async () => {
      const silent = async (): Promise<Finding[]> => [];
      const report = await research({ encyclopedia: silent, news: silent, papers: silent }).execute('tea');
      expect(report).toEqual({ findings: [], gaps: [] });
    }),
  );
});
