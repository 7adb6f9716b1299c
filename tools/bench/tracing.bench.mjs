import { measure, memoryFlags } from './measure.mjs';

export const title = 'Tracing';

/** Each section measures one part and gives its rows and goals; the rows share their columns. */
const sections = [samplerDecision, handOver];

export function run() {
  const measured = sections.map((section) => section());
  return { rows: measured.flatMap(({ rows }) => rows), goals: measured.flatMap(({ goals }) => goals) };
}

/** From the start of a span to the exporter that is given it. */
function handOver() {
  const results = measure('./span-handover.mjs', ...memoryFlags);
  const [ours, theirs] = Object.values(results);
  return {
    rows: Object.entries(results).map(([side, { nsPerOp, spread, bytesPerOp }]) => ({
      section: 'span start → exporter',
      case: 'span with 10 attributes, 512 a batch',
      side,
      time: `${Math.round(nsPerOp)} ns`,
      '±': `${Math.round(spread * 100)} %`,
      memory: `${Math.round(bytesPerOp)} B`,
    })),
    goals: [
      { goal: 'time, span start → exporter', value: ours.nsPerOp / theirs.nsPerOp, limit: 1, unit: '×' },
      {
        goal: 'memory, span start → exporter',
        value: ours.bytesPerOp / theirs.bytesPerOp,
        limit: 1,
        unit: '×',
      },
    ],
  };
}

function samplerDecision() {
  const results = measure('./sampler-decision.mjs', ...memoryFlags);
  const row = (name, side, { ns, spread, bytes }) => ({
    section: 'sampler decision',
    case: name,
    side,
    time: `${Math.round(ns)} ns`,
    '±': `${Math.round(spread * 100)} %`,
    memory: `${Math.round(bytes)} B`,
  });
  return {
    rows: results.flatMap(({ name, ours, theirs }) => [
      row(name, 'ours', ours),
      row(name, '@opentelemetry/sampler-composite', theirs),
    ]),
    goals: results.flatMap(({ name, ours, theirs }) => [
      { goal: `time, ${name}`, value: ours.ns / theirs.ns, limit: 1, unit: '×' },
      { goal: `memory, ${name}`, value: ours.bytes / theirs.bytes, limit: 1, unit: '×' },
    ]),
  };
}
