import { setTimeout as wait } from 'node:timers/promises';
import { openPage } from './browser.mjs';
import { sendSingles } from './send-to-service.mjs';

/** Apart, so that each is an update of its own, and never in step with the frames. */
const pauseMs = { least: 60, most: 160 };

/**
 * Has a list of so many traces on the page while further ones arrive one by one.
 *
 * @returns of each arrival the milliseconds from the answer of the service, which comes after the commit, to its row being
 * painted, and those that the main thread of the page was busy with it.
 */
export async function watchArrivals(browser, url, { rows, arrivals }) {
  await sendSingles(url, rows);
  const { page, close } = await openPage(browser);
  try {
    await page.goto(`${url}/#/traces`);
    await page.evaluate(loadAll, rows);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const busyMs = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
    };
    const commitToRowMs = [];
    const updateMs = [];
    for (let arrival = 0; arrival < arrivals; arrival++) {
      await wait(pauseMs.least + Math.random() * (pauseMs.most - pauseMs.least));
      const seen = page.evaluate(paintedAt);
      const before = await busyMs();
      const [traceId] = await sendSingles(url, 1);
      const committedAt = performance.timeOrigin + performance.now();
      const row = await seen;
      updateMs.push((await busyMs()) - before);
      if (row.traceId !== traceId) throw new Error(`trace ${row.traceId} is on top, not ${traceId}`);
      commitToRowMs.push(row.atMs - committedAt);
    }
    return { commitToRowMs, updateMs };
  } finally {
    await close();
  }
}

/* In the page, as what follows. */

/** Scrolls to the end until all rows are loaded, then back. */
async function loadAll(rowCount) {
  await paintedWhen(() => document.querySelector('.trace-row') !== null);
  const scroller = document.querySelector('.trace-scroll');
  const list = document.querySelector('[role="grid"]');
  const loaded = () => Number(list.getAttribute('aria-rowcount'));
  while (loaded() < rowCount) {
    const before = loaded();
    scroller.scrollTop = scroller.scrollHeight;
    const givesUpAt = performance.now() + 10_000;
    await paintedWhen(() => loaded() > before || performance.now() > givesUpAt);
    if (loaded() === before) throw new Error(`only ${before} of ${rowCount} rows can be loaded`);
  }
  scroller.scrollTop = 0;
  await paintedWhen(() => document.querySelector('.trace-row[aria-rowindex="1"]') !== null);
}

/** When the next trace that arrives is painted as the first row, by the clock of the machine. */
function paintedAt() {
  const first = () => document.querySelector('.trace-row[aria-rowindex="1"]')?.dataset.traceId;
  const before = first();
  return new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      const traceId = first();
      if (traceId === before || traceId === undefined) return;
      observer.disconnect();
      resolve(painted().then((ms) => ({ traceId, atMs: performance.timeOrigin + ms })));
    });
    observer.observe(document.querySelector('.trace-rows'), {
      childList: true,
      subtree: true,
      attributeFilter: ['aria-rowindex', 'data-trace-id'],
    });
  });
}
