import type { Colours } from '../repo-review/colours.ts';

/** A run that has ended, as `onExecution` tells of it. */
export interface FinishedRun {
  readonly name: string;
  readonly workflowName: string | undefined;
  readonly traceId: string | undefined;
  readonly status: keyof typeof glyphs;
  readonly durationMs: number;
  readonly totalCostUsd: number | undefined;
}

const glyphs = { success: '✓', error: '✗', timeout: '◷', cancelled: '⊘', suspended: '‖' } as const;

/** A run in a line: how it ended, how long it took, what it cost and, where there is a page, its address. */
export function describeRun(run: FinishedRun, page: string | undefined, colours: Colours): string {
  const { status, durationMs, totalCostUsd, traceId } = run;
  const facts = [
    ...(status === 'success' ? [] : [status]),
    `${Math.round(durationMs)} ms`,
    ...(totalCostUsd === undefined ? [] : [usd(totalCostUsd)]),
  ];
  const glyph = status === 'error' ? colours.red(glyphs.error) : glyphs[status];
  const address = page === undefined || traceId === undefined ? [] : [`${page}/#/traces/${traceId}`];
  return [`${glyph} ${run.workflowName ?? run.name}`, colours.dim(facts.join(', ')), ...address].join('  ');
}

const dollars = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  maximumSignificantDigits: 2,
});

/** An amount of US dollars. Calls of models cost fractions of a cent: what counts are the first two digits. */
export function usd(amount: number): string {
  return dollars.format(amount);
}
