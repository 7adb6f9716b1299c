import type { ComparedPrimitive, PrimitiveComparison, PrimitiveName } from '@tta/obs-protocol';
import { codeSpan, markdownTable } from '../markdown.ts';
import { safeText, truncate } from '../safe-text.ts';
import type { Style } from '../style.ts';
import type { TableColumn } from '../text-table.ts';
import { changesOf, type Change } from './compare-changes.ts';
import { shortName } from './compare-versions.ts';

/** Names of primitives that came or went which are listed. */
const MOST_NAMES = 10;

/** An answer, and what the user called its versions where git has told which commits they are. */
export interface ComparisonReport {
  readonly comparison: PrimitiveComparison;
  readonly refs: { readonly baseline: string | undefined; readonly candidate: string | undefined };
}

interface Changed {
  readonly item: ComparedPrimitive;
  readonly changes: readonly Change[];
}

const COLUMNS: readonly TableColumn[] = [
  { title: 'primitive', align: 'left', isForeign: true },
  { title: 'type', align: 'left', isForeign: true },
  { title: 'service', align: 'left', isForeign: true },
  { title: 'change', align: 'left' },
  { title: 'before', align: 'right' },
  { title: 'after', align: 'right' },
  { title: 'by', align: 'right' },
  { title: 'confidence', align: 'right' },
];

/** For a terminal: what got worse, largest change first, then what got better, then how much did neither. */
export function comparisonText(report: ComparisonReport, paint: Style, columns: number): string {
  const { comparison } = report;
  const { worse, better } = sorted(comparison);
  const services = new Set(comparison.items.map(({ serviceName }) => serviceName));
  const block = ({ item, changes }: Changed): string => {
    const mark = changes.some(({ isWorse }) => isWorse) ? worseMark(changes, paint) : paint.green('▼');
    // What has no name of its own is called after its type.
    const type = item.name === item.primitiveType ? [] : [item.primitiveType];
    const kinds = services.size > 1 ? [...type, item.serviceName] : type;
    const suffix = kinds.length === 0 ? '' : ` (${safeText(kinds.join(', '))})`;
    const name = truncate(safeText(item.name), Math.max(8, columns - 2 - suffix.length));
    return [
      `${mark} ${paint.bold(name)}${suffix === '' ? '' : paint.dim(suffix)}\n`,
      ...changes.map((change) => `    ${changeLine(change, paint)}\n`),
    ].join('');
  };
  const paragraphs = [
    headline(report, (text) => paint.bold(text)),
    ...[worse, better].filter((list) => list.length > 0).map((list) => list.map(block).join('')),
    lines(summary(comparison, worse.length + better.length, (text) => text)),
    ...(worse.length + better.length === 0 ? [] : [paint.dim(LEGEND) + '\n']),
  ];
  return paragraphs.join('\n');
}

const LEGEND = 'p: how often chance alone shows as much. Largest change first.';

/** For a pull request. */
export function comparisonMarkdown(report: ComparisonReport): string {
  const { comparison } = report;
  const { worse, better } = sorted(comparison);
  const rows = [...worse, ...better].flatMap(({ item, changes }) =>
    changes.map((change) => [
      ...[item.name, item.primitiveType, item.serviceName].map(safeText),
      change.isWorse ? `**${change.word}**` : change.word,
      change.before,
      change.after,
      change.by,
      change.confidence,
    ]),
  );
  const table = rows.length === 0 ? [] : [markdownTable(COLUMNS, rows)];
  const rest = summary(comparison, worse.length + better.length, codeSpan);
  return [headline(report, codeSpan), ...table, `${rest.join('  \n')}\n`].join('\n');
}

/** By their largest change. */
function sorted({ items }: PrimitiveComparison): {
  readonly worse: readonly Changed[];
  readonly better: readonly Changed[];
} {
  const changed = items
    .map((item) => ({ item, changes: changesOf(item) }))
    .filter(({ changes }) => changes.length > 0);
  const isWorse = ({ changes }: Changed) => changes.some((change) => change.isWorse);
  const size = (entry: Changed) =>
    Math.max(
      ...entry.changes.filter((change) => change.isWorse === isWorse(entry)).map((change) => change.size),
    );
  // Two infinite ones have no difference.
  const bySize = (one: Changed, other: Changed) => (size(one) === size(other) ? 0 : size(other) - size(one));
  return {
    worse: changed.filter(isWorse).sort(bySize),
    better: changed.filter((entry) => !isWorse(entry)).sort(bySize),
  };
}

function headline({ comparison, refs }: ComparisonReport, strong: (text: string) => string): string {
  const sideOf = (side: 'baseline' | 'candidate') => {
    const { name, calls } = comparison[side];
    const ref = refs[side];
    const title = ref === undefined ? shortName(name) : `${safeText(ref)} = ${shortName(name)}`;
    return `${strong(title)} (${calls} ${calls === 1 ? 'execution' : 'executions'})`;
  };
  const from = new Date(comparison.sinceMs).toISOString().replace(/:\d\d\.\d{3}Z$/, 'Z');
  return `${sideOf('baseline')} → ${sideOf('candidate')}, since ${from}\n`;
}

function changeLine(
  { word, before, after, by, note, confidence, isWorse, kind }: Change,
  paint: Style,
): string {
  const colour = isWorse ? (kind === 'errorRate' ? paint.red : paint.yellow) : paint.green;
  const relative = by === '' ? '' : ` (${by})`;
  const more = note === '' ? '' : `, ${note}`;
  return `${colour(word)}: ${before} → ${after}${relative}${paint.dim(more)}, ${confidence}`;
}

/** What failed more often is an error; the rest is worth a look. */
function worseMark(changes: readonly Change[], paint: Style): string {
  return changes.some(({ kind, isWorse }) => isWorse && kind === 'errorRate')
    ? paint.red('▲')
    : paint.yellow('▲');
}

/** How much did not change, what could not be told, what came and went. */
function summary(
  { items, added, removed, candidate }: PrimitiveComparison,
  changed: number,
  named: (text: string) => string,
): readonly string[] {
  const rare = items.filter(({ duration }) => duration.pValue === null).length;
  const same = items.length - changed - rare;
  return [
    ...(items.length === 0 ? ['The two versions have no primitive in common.'] : []),
    ...(same > 0 ? [`${count(same)} without a significant change.`] : []),
    ...(rare > 0 ? [`${count(rare)} ran too rarely in one of the versions to tell.`] : []),
    ...(added.length > 0 ? [`Only in ${named(shortName(candidate.name))}: ${list(added, named)}.`] : []),
    ...(removed.length > 0 ? [`No more there: ${list(removed, named)}.`] : []),
  ];
}

function count(primitives: number): string {
  return `${primitives} ${primitives === 1 ? 'primitive' : 'primitives'}`;
}

function list(names: readonly PrimitiveName[], named: (text: string) => string): string {
  const listed = names.slice(0, MOST_NAMES).map(({ name }) => named(safeText(name)));
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return listed.join(', ') + more;
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
