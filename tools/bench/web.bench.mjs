import { buildLibraries } from './build-libraries.mjs';
import { buildPage } from './build-page.mjs';
import { keepsAll, MeasuredService } from './ingest/measured-service.mjs';
import { quantile } from './ingest/quantile.mjs';
import { installPackages } from './install-packages.mjs';
import { median } from './interleave.mjs';
import { openBrowser } from './web/browser.mjs';
import { openAndScroll, viewers } from './web/large-trace.mjs';
import { watchArrivals } from './web/live-list.mjs';
import { sendTree } from './web/send-to-service.mjs';
import { newSpanTree } from './web/span-tree.mjs';
import { Spotlight } from './web/spotlight.mjs';
import { visitAll, warmUpVisits } from './web/visits.mjs';

export const title = 'The page in Chromium, 1280 × 800, not throttled';

const ours = '@tta/obs';
const full = { spans: 50_000, rounds: 7, rows: 10_000, arrivals: 100, visits: 100 };
const short = { spans: 50_000, rounds: 2, rows: 1_000, arrivals: 10, visits: 10 };
const spansOfAVisit = 200;

export async function run({ progress, quick }) {
  const wanted = quick ? short : full;
  installPackages(new URL('web/', import.meta.url));
  buildLibraries('packages/server');
  const page = buildPage();
  const browser = await openBrowser();
  try {
    progress(
      `  a trace of ${wanted.spans.toLocaleString('en')} spans, ${wanted.rounds} times in each viewer …`,
    );
    const opened = await openLargeTrace(browser, page, wanted);
    progress(`  ${wanted.visits} traces opened and closed …`);
    const growth = await withService(page, (url) => visitTraces(browser, url, wanted.visits));
    progress(`  ${wanted.arrivals} traces arrive in a list of ${wanted.rows.toLocaleString('en')} …`);
    const live = await withService(page, (url) => watchArrivals(browser, url, wanted));
    return {
      rows: Object.entries(opened).map(([viewer, figures]) => viewerRow(viewer, figures)),
      tables: [{ title: 'What else was measured', rows: otherRows(live, growth, page) }],
      goals: goals(opened[ours], live, growth, page),
    };
  } finally {
    await browser.close();
    page.remove();
  }
}

/** The same tree in both viewers, in turns: what else the machine does hits them alike. */
async function openLargeTrace(browser, page, { spans, rounds }) {
  const tree = newSpanTree(spans);
  return withService(page, async (url) => {
    const spotlight = await Spotlight.start();
    try {
      const sources = [
        { name: ours, url, traceId: await sendTree(url, tree) },
        { name: 'Spotlight 4.11.8', url: spotlight.url, traceId: await spotlight.sendTree(tree) },
      ];
      const results = Object.fromEntries(sources.map(({ name }) => [name, []]));
      for (let round = 0; round < rounds; round++) {
        for (const source of sources) {
          const found = await openAndScroll(browser, viewers[source.name], source.url, source.traceId);
          results[source.name].push(found);
        }
      }
      return results;
    } finally {
      await spotlight.stop();
    }
  });
}

async function visitTraces(browser, url, visits) {
  const traceIds = [];
  for (let index = 0; index < warmUpVisits + visits; index++) {
    traceIds.push(await sendTree(url, newSpanTree(spansOfAVisit)));
  }
  return visitAll(browser, url, traceIds);
}

async function withService({ pageDir }, work) {
  const service = await MeasuredService.start({ limits: { ...keepsAll, pageDir } });
  try {
    return await work(service.url);
  } finally {
    await service.stop();
  }
}

const medianOf = (results, figure) => median(results.map((result) => result[figure]));
/** Of each run, as one slow run says nothing of the others. */
const frameP95 = (results) => median(results.map(({ frames }) => quantile(frames, 0.95)));

function viewerRow(viewer, results) {
  return {
    'a trace of 50,000 spans': viewer,
    'rows after, ms': Math.round(medianOf(results, 'rowsMs')),
    'first input answered after, ms': Math.round(medianOf(results, 'answeredMs')),
    'slowest, ms': Math.round(Math.max(...results.map(({ answeredMs }) => answeredMs))),
    'scrolling, p95 of a frame, ms': frameP95(results).toFixed(1),
    'slowest frame, ms': Math.max(...results.flatMap(({ frames }) => frames)).toFixed(1),
    elements: medianOf(results, 'elements'),
  };
}

function otherRows({ updateMs, commitToRowMs }, { heapMiB, nodes, listeners }, { bytes, gzipBytes }) {
  const spread = (values) =>
    [0.5, 0.95, 1].map((part) => `${quantile(values, part).toFixed(1)} ms`).join(' / ');
  return [
    { figure: 'commit → row painted, p50 / p95 / max', value: spread(commitToRowMs) },
    { figure: 'main thread for one update, p50 / p95 / max', value: spread(updateMs) },
    { figure: 'heap after the visits, against before', value: `${heapMiB.toFixed(2)} MiB` },
    { figure: 'elements and listeners that are left', value: `${nodes} and ${listeners}` },
    { figure: 'entry script', value: `${gzipBytes} B gzip, ${bytes} B` },
  ];
}

function goals(opened, { updateMs, commitToRowMs }, { heapMiB }, { gzipBytes }) {
  return [
    {
      goal: 'trace of 50,000 spans: navigation → first input answered',
      value: medianOf(opened, 'answeredMs'),
      limit: 1000,
      unit: 'ms',
    },
    { goal: 'scrolling it, p95 of a frame', value: frameP95(opened), limit: 20, unit: 'ms' },
    {
      goal: 'list of 10,000 rows: main thread for one update, p95',
      value: quantile(updateMs, 0.95),
      limit: 16,
      unit: 'ms',
    },
    { goal: 'commit → row painted, p95', value: quantile(commitToRowMs, 0.95), limit: 50, unit: 'ms' },
    { goal: 'heap after 100 traces opened and closed', value: heapMiB, limit: 1, unit: 'MiB' },
    { goal: 'entry script, gzip', value: gzipBytes / 1000, limit: 80, unit: 'kB' },
  ];
}
