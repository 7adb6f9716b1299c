import { measure } from './measure.mjs';

export const title = 'Metrics';

/** Each section measures one part in a process of its own and gives its rows and goals. */
export function run() {
  const measured = [executionRecorded, snapshotMerge, scrape].map((section) => section());
  return { rows: measured.flatMap(({ rows }) => rows), goals: measured.flatMap(({ goals }) => goals) };
}

const spread = (value) => `${Math.round(value * 100)} %`;

function rowsOf(section, results, unit, factor, extra = () => '') {
  return Object.entries(results).map(([name, result]) => ({
    section,
    case: name,
    time: `${(result.nsPerOp / factor).toFixed(result.nsPerOp / factor < 10 ? 2 : 0)} ${unit}`,
    '±': spread(result.spread),
    size: extra(result),
  }));
}

/** How an execution goes into percentiles, throughput and objectives. */
function executionRecorded() {
  const results = measure('./execution-recorded.mjs');
  const [ours, promClient] = ['percentiles, throughput, 2 SLOs', 'prom-client: summary, 2 counters, gauge'];
  return {
    rows: rowsOf('one execution recorded', results, 'ns', 1),
    goals: [
      {
        goal: 'one execution recorded, against prom-client',
        value: results[ours].nsPerOp / results[promClient].nsPerOp,
        limit: 1,
        unit: '×',
      },
      { goal: 'one execution recorded', value: results[ours].nsPerOp / 1000, limit: 1, unit: 'µs' },
    ],
  };
}

function snapshotMerge() {
  const results = measure('./snapshot-merge.mjs');
  return {
    rows: rowsOf('3 snapshots of 100 primitives', results, 'ms', 1e6, ({ bytes }) =>
      bytes === undefined ? '' : `${Math.round(bytes / 1024)} KiB`,
    ),
    goals: [
      {
        goal: 'snapshot merge, against hdr-histogram-js alone',
        value: results.merge.nsPerOp / results['hdr-histogram-js: decode, add, encode'].nsPerOp,
        limit: 1,
        unit: '×',
      },
    ],
  };
}

function scrape() {
  const results = measure('./scrape.mjs');
  const [ours, theirs, promClient] = ['ours', 'exporter-prometheus 0.223', 'prom-client 15.1'];
  return {
    rows: rowsOf(
      'scrape of 10,000 series',
      results,
      'ms',
      1e6,
      ({ bytes }) => `${Math.round(bytes / 1024)} KiB`,
    ),
    goals: [
      [theirs, 'scrape, against exporter-prometheus'],
      [promClient, 'scrape, against prom-client'],
    ].map(([rival, goal]) => ({
      goal,
      value: results[ours].nsPerOp / results[rival].nsPerOp,
      limit: 1,
      unit: '×',
    })),
  };
}
