import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { observed } from '@tta/obs-testing';
import { matchers } from '@tta/obs-testing/jest';
import { ExampleProgram, stableText } from '../test/program.ts';
import { startSite } from './site.ts';
import { crawlSite } from './workflow.ts';

expect.extend(matchers);

const guide = ['/guide', '/guide/first-run', '/guide/install', '/guide/traces'];

let program: ExampleProgram;
beforeAll(async () => {
  program = await ExampleProgram.bundle('rate-limited-crawl');
});
afterAll(() => program.remove());

describe('the example rate-limited-crawl', () => {
  it('reads each page of a site once, and waits where it is told to', async () => {
    const { exitCode, stdout, stderr, trace } = await program.observe();

    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stableText(stdout)).toMatchInlineSnapshot(`
      "/                  Page /; links: 3
      /guide             Page /guide; links: 3
      /blog              Page /blog; links: 3
      /about             Page /about; links: 1
      /guide/install     Page /guide/install; links: 1
      /guide/first-run   Page /guide/first-run; links: 2
      /blog/1            Page /blog/1; links: 1
      /blog/2            Page /blog/2; links: 1
      /guide/traces      Page /guide/traces; links: 0
      9 pages; 1 request was refused and made again a second later

      ✓ crawl  … ms
      to see them as trees: npx tta-obs run --exit -- node dist/rate-limited-crawl/main.js
      "
    `);
    expect(trace).toHaveSpan('primitive.loop.execute "crawl" success', 1);
    expect(trace).toHaveRetried('fetch page', 1);
    expect(trace).toHaveSpan('primitive.lambda.execute "fetch page" success', 9);
    expect(trace).toHaveSpan({
      span: 'primitive.rate_limit.execute',
      outcome: 'error',
      events: [{ name: 'rate_limit.paused', attributes: { 'rate_limit.pause_ms': 1_000 } }],
    });
    expect(trace).toHaveNoOrphans();
  });

  it(
    'reads what a page links to on its own site, and each page once',
    observed(async () => {
      const site = await startSite();
      try {
        const crawl = crawlSite({ concurrency: 4, limit: 100, windowMs: 10 });
        const { pages, next } = await crawl.execute({ next: [`${site.url}blog`], pages: [] });

        const paths = pages.map(({ url }) => new URL(url).pathname);
        expect(paths.toSorted()).toEqual(['/', '/about', '/blog', '/blog/1', '/blog/2', ...guide]);
        expect(paths.slice(0, 4)).toEqual(['/blog', '/blog/1', '/blog/2', '/about']);
        expect([next, site.refusals()]).toEqual([[], 1]);
      } finally {
        await site.close();
      }
    }),
  );

  it(
    'gives up on a site that has no such page',
    observed(async (trace) => {
      const site = await startSite();
      try {
        const crawl = crawlSite({ concurrency: 1, limit: 1, windowMs: 1 });
        await expect(crawl.execute({ next: [`${site.url}gone`], pages: [] })).rejects.toThrow(
          '/gone answered 404',
        );
        expect(trace).toHaveRetried('fetch page', 0);
      } finally {
        await site.close();
      }
    }),
  );
});
