import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const title = 'Tracing';

/** Each section measures one part and gives its rows and goals; the rows share their columns. */
const sections = [samplerDecision];

export function run() {
  const measured = sections.map((section) => section());
  return { rows: measured.flatMap(({ rows }) => rows), goals: measured.flatMap(({ goals }) => goals) };
}

const measure = (script, ...flags) =>
  JSON.parse(
    execFileSync(process.execPath, [...flags, fileURLToPath(new URL(script, import.meta.url))], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );

function samplerDecision() {
  const results = measure(
    './sampler-decision.mjs',
    '--expose-gc',
    '--min-semi-space-size=64',
    '--max-semi-space-size=64',
  );
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
