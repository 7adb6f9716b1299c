import { openPage } from './browser.mjs';

const frameCount = 120;
const stepPx = 240;

/**
 * How a viewer shows a trace: where, by which rows it is known to be there, what answers the first input, and what scrolls.
 * The functions run in the page.
 */
export const viewers = {
  '@tta/obs': {
    address: (url, traceId) => `${url}/#/traces/${traceId}`,
    rows: '.waterfall-row',
    scroller: '.waterfall-scroll',
    act: (page) => page.keyboard.press('ArrowDown'),
    hasAnswered: () => document.querySelector('.waterfall-row.is-active') !== null,
  },
  'Spotlight 4.11.8': {
    address: (url, traceId) => `${url}/telemetry/traces/${traceId}/context`,
    rows: 'ul.tree li',
    scroller: undefined,
    act: (page) => page.mouse.click(380, 374),
    hasAnswered: () => location.pathname.includes('/spans/'),
  },
};

/**
 * Opens a trace in a browser that has seen neither page before, and scrolls through it.
 *
 * @returns milliseconds from the navigation until rows are painted, and until the first input on them has been answered by
 * a painted frame; those of each frame of scrolling; and how many elements the page then has.
 */
export async function openAndScroll(browser, viewer, url, traceId) {
  const { page, close } = await openPage(browser);
  try {
    await page.goto(viewer.address(url, traceId), { waitUntil: 'commit' });
    const rowsMs = await page.evaluate(
      (rows) => paintedWhen(() => document.querySelectorAll(rows).length >= 5),
      viewer.rows,
    );
    await viewer.act(page);
    const answeredMs = await page.evaluate(`paintedWhen(${viewer.hasAnswered})`);
    const { rows, scroller } = viewer;
    const frames = await page.evaluate(scroll, { rows, scroller, frameCount, stepPx });
    const elements = await page.evaluate(() => document.querySelectorAll('*').length);
    return { rowsMs, answeredMs, frames, elements };
  } finally {
    await close();
  }
}

/* In the page, as what follows. */

async function scroll({ rows, scroller: selector, frameCount, stepPx }) {
  const scrolls = (element) => {
    const { overflowY } = getComputedStyle(element);
    return element.scrollHeight > element.clientHeight + 1000 && /auto|scroll/.test(overflowY);
  };
  let scroller = document.querySelector(selector ?? rows);
  while (!scrolls(scroller)) scroller = scroller.parentElement;
  const frames = [];
  let lastMs = await new Promise(requestAnimationFrame);
  for (let frame = 0; frame < frameCount; frame++) {
    scroller.scrollTop += stepPx;
    const nowMs = await new Promise(requestAnimationFrame);
    frames.push(nowMs - lastMs);
    lastMs = nowMs;
  }
  if (scroller.scrollTop < (frameCount * stepPx) / 2) throw new Error('nothing has been scrolled');
  return frames;
}
