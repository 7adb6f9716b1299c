import type { Colours } from './colours.ts';
import type { DependencyChange } from './dependencies.ts';
import type { Finding, Severity } from './finding.ts';
import type { Review } from './review.ts';
import { visibleText } from './visible-text.ts';

const MAX_FINDINGS = 30;
const MAX_CHURN = 10;
const MAX_MANIFESTS = 8;
const MAX_DEPENDENCIES = 4;
const MAX_EXAMPLES = 2;

/** The review as text: findings first, each with the command that proves it. Safe to print, whatever the repository holds. */
export function formatReview(review: Review, colours: Colours): string {
  return [
    heading(review, colours),
    findings(review.risks, colours),
    churn(review, colours),
    dependencies(review, colours),
    hygiene(review.hygiene, colours),
    summary(review, colours),
  ]
    .map((section) => section.join('\n'))
    .join('\n\n')
    .concat('\n');
}

function heading({ overview }: Review, { bold, dim }: Colours): string[] {
  const what = overview.hasOlder
    ? `newest ${plural(overview.commits, 'commit')}`
    : `all ${plural(overview.commits, 'commit')}`;
  return [
    bold(`Review of ${visibleText(overview.root)}`),
    dim(
      `${what}, ${overview.from} to ${overview.to}, ${plural(overview.authors, 'author')}, ` +
        `+${number(overview.addedLines)} −${number(overview.deletedLines)} lines` +
        (overview.hasOlder ? '; --commits N reads more' : ''),
    ),
    ...overview.notes.map((note) => dim(note)),
  ];
}

function findings(risks: readonly Finding[], colours: Colours): string[] {
  if (risks.length === 0) {
    return [
      colours.bold('Findings'),
      '  none: no secrets, no added binaries, no lone lock files, no very large commits',
    ];
  }
  const paint: Readonly<Record<Severity, (text: string) => string>> = {
    high: colours.red,
    medium: colours.yellow,
    low: colours.dim,
  };
  return [
    colours.bold(`Findings (${risks.length})`),
    ...risks
      .slice(0, MAX_FINDINGS)
      .flatMap((risk) => [
        `  ${paint[risk.severity](risk.severity.padEnd(6))}  ${risk.kind}: ${visibleText(risk.reason)}`,
        `          ${risk.commit}  ${visibleText(risk.file ?? '')}${risk.line === undefined ? '' : `:${risk.line}`}`,
        `          ${colours.dim(visibleText(risk.evidence))}`,
      ]),
    ...more(risks.length - MAX_FINDINGS, colours),
  ];
}

function churn({ churn: files }: Review, colours: Colours): string[] {
  if (files.length === 0) return [colours.bold('Churn'), '  no file changed'];
  const rows = files
    .slice(0, MAX_CHURN)
    .map((file) => [
      number(file.commits),
      `+${number(file.addedLines)}`,
      `−${number(file.deletedLines)}`,
      visibleText(file.file),
    ]);
  return [
    colours.bold(
      `Churn: the ${Math.min(files.length, MAX_CHURN)} most changed of ${plural(files.length, 'file')}`,
    ),
    ...table([['commits', 'added', 'deleted', 'file'], ...rows]).map((line, index) =>
      index === 0 ? colours.dim(line) : line,
    ),
  ];
}

function dependencies({ dependencies: changes }: Review, colours: Colours): string[] {
  if (changes.length === 0) return [colours.bold('Dependencies'), '  no change'];
  const manifests = new Map<string, DependencyChange[]>();
  for (const change of changes) {
    manifests.set(change.evidence, [...(manifests.get(change.evidence) ?? []), change]);
  }
  const groups = [...manifests.values()];
  return [
    colours.bold(`Dependencies (${plural(changes.length, 'change')})`),
    ...groups
      .slice(0, MAX_MANIFESTS)
      .flatMap((group) => [
        `  ${group[0]?.commit}  ${visibleText(group[0]?.file ?? '')}`,
        ...group.slice(0, MAX_DEPENDENCIES).map(dependencyLine),
        ...(group.length > MAX_DEPENDENCIES
          ? [`    and ${plural(group.length - MAX_DEPENDENCIES, 'more change')}`]
          : []),
        `    ${colours.dim(visibleText(group[0]?.evidence ?? ''))}`,
      ]),
    ...(groups.length > MAX_MANIFESTS
      ? [colours.dim(`  ${plural(groups.length - MAX_MANIFESTS, 'more manifest change')}; --json prints all`)]
      : []),
  ];
}

function dependencyLine({ change, dependency, from, to }: DependencyChange): string {
  const versions = [from, to].filter((version) => version !== undefined).map(visibleText);
  return `    ${change.padEnd(7)}  ${visibleText(dependency)} ${versions.join(' → ')}`;
}

function hygiene(faults: readonly Finding[], colours: Colours): string[] {
  if (faults.length === 0) return [colours.bold('Commit hygiene'), '  nothing to remark'];
  const kinds = new Map<string, Finding[]>();
  for (const fault of faults) kinds.set(fault.kind, [...(kinds.get(fault.kind) ?? []), fault]);
  return [
    colours.bold('Commit hygiene'),
    ...[...kinds].flatMap(([kind, found]) => [
      `  ${number(found.length).padStart(4)}  ${kind}`,
      ...found
        .slice(0, MAX_EXAMPLES)
        .flatMap((fault) => [
          `        ${fault.commit}  ${shorten(visibleText(fault.reason) || '(empty)', 80)}`,
          `        ${colours.dim(visibleText(fault.evidence))}`,
        ]),
    ]),
  ];
}

function summary({ summary: { text, source, note } }: Review, colours: Colours): string[] {
  const by =
    source === 'tf-idf' ? 'made here, by TF-IDF over messages and added lines' : `by ${visibleText(source)}`;
  return [
    `${colours.bold('Summary')} ${colours.dim(`(${by})`)}`,
    ...(note === undefined ? [] : [`  ${colours.yellow(visibleText(note))}`]),
    ...text.split('\n').map((line) => `  ${line}`),
  ];
}

function more(count: number, { dim }: Colours): string[] {
  return count > 0 ? [dim(`  ${number(count)} more; --json prints all`)] : [];
}

/** Right-aligns all columns but the last. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map(
    (row) =>
      `  ${row.map((cell, column) => (column === row.length - 1 ? cell : cell.padStart(widths[column] ?? 0))).join('  ')}`,
  );
}

function shorten(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

function plural(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
