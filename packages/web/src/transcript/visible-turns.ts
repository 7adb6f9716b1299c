import type { TranscriptRow } from './transcript-rows.ts';

/** The rows that are not within a closed agent. */
export function shownRows(
  rows: readonly TranscriptRow[],
  isOpen: (row: TranscriptRow) => boolean,
): readonly TranscriptRow[] {
  const shown: TranscriptRow[] = [];
  /** Rows that are deeper than this are within a closed agent. */
  let limit = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    if (row.depth > limit) continue;
    limit = Number.POSITIVE_INFINITY;
    shown.push(row);
    if (row.operation === 'agent' && !isOpen(row)) limit = row.depth;
  }
  return shown;
}

/** The agents that a row is within, the innermost first. */
export function agentsAround(rows: readonly TranscriptRow[], row: TranscriptRow): readonly TranscriptRow[] {
  const agents = new Map(
    rows.filter(({ operation }) => operation === 'agent').map((agent) => [agent.span, agent]),
  );
  const around: TranscriptRow[] = [];
  for (let agent = agents.get(row.agent); agent !== undefined; agent = agents.get(agent.agent))
    around.push(agent);
  return around;
}

/** The row that a span is told in: its own, that of the call of the tool, or of what it is within. */
export function rowOfSpanId(
  rows: readonly TranscriptRow[],
  spanId: string,
  {
    spanId: ids,
    parentIndex,
  }: { readonly spanId: readonly string[]; readonly parentIndex: readonly number[] },
): TranscriptRow | undefined {
  const rowsBySpan = new Map<string, TranscriptRow>();
  for (const row of rows) {
    rowsBySpan.set(row.key, row);
    for (const { pieces } of row.speeches) {
      for (const piece of pieces) {
        if (piece.type === 'tool' && piece.use.execution !== undefined)
          rowsBySpan.set(piece.use.execution.spanId, row);
      }
    }
  }
  const seen = new Set<number>();
  for (let span = ids.indexOf(spanId); span >= 0 && !seen.has(span); span = parentIndex[span]!) {
    seen.add(span);
    const row = rowsBySpan.get(ids[span]!);
    if (row !== undefined) return row;
  }
  return undefined;
}

/** The next row in which something failed, or the one before, around the ends. */
export function neighbouringFailure(
  rows: readonly TranscriptRow[],
  from: string | undefined,
  step: 1 | -1,
): TranscriptRow | undefined {
  const failed = rows.filter(hasFailed);
  const order = new Map(rows.map(({ key }, index) => [key, index]));
  const at = from === undefined ? (step === 1 ? -1 : rows.length) : (order.get(from) ?? -1);
  return step === 1
    ? (failed.find(({ key }) => order.get(key)! > at) ?? failed[0])
    : (failed.findLast(({ key }) => order.get(key)! < at) ?? failed.at(-1));
}

function hasFailed({ status, speeches }: TranscriptRow): boolean {
  const isBad = (told: string | undefined): boolean => told === 'error' || told === 'timeout';
  return (
    isBad(status) ||
    speeches.some(({ pieces }) =>
      pieces.some((piece) => piece.type === 'tool' && isBad(piece.use.execution?.status)),
    )
  );
}
