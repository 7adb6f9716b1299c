import {
  forEach,
  lambda,
  loop,
  named,
  parallel,
  rateLimit,
  retry,
  sequential,
  timeout,
} from '@tta/obs-primitives';
import { fetchPage, type Page } from './page.ts';

/** How far a crawl has come. */
export interface Crawl {
  /** Addresses that are read next. */
  readonly next: readonly string[];
  readonly pages: readonly Page[];
}

export interface CrawlLimits {
  /** Pages that are read at a time. */
  readonly concurrency: number;
  /** Requests in a window of `windowMs` milliseconds. */
  readonly limit: number;
  readonly windowMs: number;
}

/**
 * Reads a site level by level, until there is no page left that is not known. Requests keep to a rate; a server that
 * refuses one all the same is left alone for as long as it asks, and that page is asked for again.
 */
export function crawlSite({ concurrency, limit, windowMs }: CrawlLimits) {
  const fetchOnce = timeout(lambda('fetch page', fetchPage), { ms: 2_000 });
  // The retry outside: each attempt waits for its turn. The time limit inside: it does not count that wait.
  const readPage = retry(rateLimit(fetchOnce, { limit, windowMs }), { baseMs: 50 });

  const readLevel = sequential(
    parallel({
      pages: named('read level', sequential(nextOf, forEach(readPage, { concurrency, name: 'each page' }))),
      known: pagesOf,
    }),
    findNext,
  );
  return named('crawl', loop(readLevel, { while: hasNext, maxIterations: 10 }));
}

const nextOf = (crawl: Crawl) => crawl.next;
const pagesOf = (crawl: Crawl) => crawl.pages;
const hasNext = (crawl: Crawl) => crawl.next.length > 0;

function findNext({ pages, known }: { pages: readonly Page[]; known: readonly Page[] }): Crawl {
  const all = [...known, ...pages];
  const urls = new Set(all.map(({ url }) => url));
  const linked = new Set(pages.flatMap(({ links }) => links));
  return { pages: all, next: [...linked].filter((url) => !urls.has(url)) };
}
