#!/usr/bin/env node
import assert from 'node:assert/strict';
import { initializeObservability } from '@tta/obs';
import { runExample } from '../program/run-example.ts';
import { startSite } from './site.ts';
import { crawlSite } from './workflow.ts';

const about = `Starts a small site on this machine and reads all of it, no faster than ten requests a second.

  node docs/examples/dist/rate-limited-crawl/main.js [--help]
`;

// What is logged of failures that belong to the example goes to its page, not between its lines.
const obs = initializeObservability({ serviceName: 'rate-limited-crawl', logLevel: 'silent' });
await runExample(obs, about, async () => {
  const site = await startSite();
  try {
    const crawl = crawlSite({ concurrency: 3, limit: 2, windowMs: 200 });

    const { pages } = await crawl.execute({ next: [site.url], pages: [] }, { workflowName: 'crawl' });

    for (const { url, title, links } of pages) {
      console.log(`${new URL(url).pathname.padEnd(18)} ${title}; links: ${links.length}`);
    }
    console.log(
      `${pages.length} pages; ${site.refusals()} request was refused and made again a second later`,
    );
    assert.deepEqual(site.served.toSorted(), site.paths.toSorted(), 'each page has to be read, and once');
    assert.equal(pages.length, site.paths.length, `${pages.length} pages were read`);
    assert.equal(site.refusals(), 1, 'the server has to refuse one request');
  } finally {
    await site.close();
  }
});
