import { safeText } from '../safe-text.ts';
import { style, type Style } from '../style.ts';
import type { Terminal } from '../surroundings.ts';
import { findingsOf, notesOf, type Diagnosis } from './diagnosis.ts';
import { counted, type Finding } from './finding.ts';

const INDENT = '    ';

/** For people: each finding with what shows it and what mends it, and how many checks were made. */
export function reportText(diagnosis: Diagnosis, { hasColour }: Pick<Terminal, 'hasColour'>): string {
  const findings = findingsOf(diagnosis);
  const paint = style(hasColour);
  const notes = notesOf(diagnosis);
  const ends = summaryOf(diagnosis, findings.length, notes.length);
  const mark = findings.length === 0 ? `${paint.green('✓')} ` : '';
  const texts = [
    ...findings.map((finding) => findingText(finding, paint.red('✗'), paint)),
    ...notes.map((note) => findingText(note, paint.yellow('!'), paint)),
  ];
  return `${texts.join('')}${mark}${ends.join('\n')}\n`;
}

function findingText({ check, what, evidence, mend }: Finding, mark: string, paint: Style): string {
  return [
    `${mark} ${paint.bold(safeText(what))} ${paint.dim(`[${check}]`)}\n`,
    ...labelled(
      'seen',
      evidence.map((line) => paint.dim(safeText(line))),
    ),
    ...labelled('mend', mend.map(safeText)),
    '\n',
  ].join('');
}

function labelled(label: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, at) => `${INDENT}${(at === 0 ? label : '').padEnd(label.length)}  ${line}\n`);
}

function summaryOf(
  { url, results, traceCount, unreadCount, isCut = false }: Diagnosis,
  found: number,
  noted: number,
): readonly string[] {
  const skipped = results.flatMap((result) => ('skipped' in result ? [result] : []));
  const made = counted(results.length - skipped.length, 'check');
  const read = `${counted(traceCount, 'trace')} of the service at ${url}`;
  return [
    found === 0
      ? `${made} made, and none found anything${noted === 0 ? '' : ' that is wrong now'}: ${read}.`
      : `${counted(found, 'finding')} in ${made}: ${read}.`,
    ...(unreadCount === 0 ? [] : [`${counted(unreadCount, 'trace')} with too many spans left out.`]),
    ...(isCut
      ? ['Of the time that was named, only the newest 500 traces: older ones were not looked at.']
      : []),
    ...(skipped.length === 0
      ? []
      : [`Not made, because ${skipped[0]!.skipped}: ${skipped.map(({ check }) => check).join(', ')}.`]),
  ];
}

/** For programs. */
export function reportJson(diagnosis: Diagnosis): string {
  const { url, results, traceCount, unreadCount, isCut = false } = diagnosis;
  const checks = results.map((result) =>
    'skipped' in result ? result : { check: result.check, findingCount: result.findings.length },
  );
  const report = {
    url,
    traceCount,
    unreadCount,
    isCut,
    checks,
    findings: findingsOf(diagnosis),
    notes: notesOf(diagnosis),
  };
  return `${JSON.stringify(report)}\n`;
}
