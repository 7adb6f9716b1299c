import { openPage } from './browser.mjs';

/** Until what is made once, and kept, has been made. */
export const warmUpVisits = 20;

/**
 * Opens and closes traces one after the other in one page.
 *
 * @param traceIds - Twenty to begin with, then those that count.
 * @returns by how much the heap, the elements and the listeners have grown over the latter, after garbage collection.
 */
export async function visitAll(browser, url, traceIds) {
  const { page, close } = await openPage(browser);
  try {
    await page.goto(`${url}/#/traces`);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    await session.send('HeapProfiler.enable');
    const figures = async () => {
      // What finalizers let go of is only found by the next collection.
      for (let round = 0; round < 3; round++) await session.send('HeapProfiler.collectGarbage');
      const { metrics } = await session.send('Performance.getMetrics');
      const figure = (wanted) => metrics.find(({ name }) => name === wanted).value;
      return {
        heapMiB: figure('JSHeapUsedSize') / 2 ** 20,
        nodes: figure('Nodes'),
        listeners: figure('JSEventListeners'),
      };
    };
    await page.evaluate(visit, traceIds.slice(0, warmUpVisits));
    const before = await figures();
    await page.evaluate(visit, traceIds.slice(warmUpVisits));
    const after = await figures();
    return Object.fromEntries(Object.keys(after).map((name) => [name, after[name] - before[name]]));
  } finally {
    await close();
  }
}

/** In the page. */
async function visit(traceIds) {
  const isThere = (selector) => () => document.querySelector(selector) !== null;
  for (const traceId of traceIds) {
    location.hash = `#/traces/${traceId}`;
    await paintedWhen(isThere('.waterfall-row'));
    location.hash = '#/traces';
    await paintedWhen(isThere('.trace-row'));
  }
}
