import { formatDuration } from '../format-duration.ts';
import { processOf, spanText, type Evidence, type StoredSpan } from './evidence.ts';
import { firstOf, type Finding } from './finding.ts';
import { groupBy } from './group-by.ts';
import { originText, type Origin } from './origin.ts';

/** A span is over when it is sent, and clocks that are looked after differ by less. */
const TOLERANCE_MS = 5_000;
/** OpenTelemetry is younger than that: such a time is not in nanoseconds, or was not set. */
const EARLIEST_MS = Date.UTC(2000, 0, 1);

/** Spans from the future or from long before OpenTelemetry, and programs that end before they were started. */
export function checkTimes({ traces, nowMs, program }: Evidence): readonly Finding[] {
  const processes = groupBy(
    traces.flatMap(({ spans }) => spans),
    processOf,
  );
  return [...processes.values()].flatMap((spans) => {
    const sound = spans.filter(({ startMs }) => startMs >= EARLIEST_MS);
    const unsound = spans.find(({ startMs }) => startMs < EARLIEST_MS);
    const findings = unsound === undefined ? [] : [unitsFinding(unsound)];
    if (sound.length === 0) return findings;
    const last = sound.reduce((latest, span) => (span.endMs > latest.endMs ? span : latest));
    if (last.endMs > nowMs + TOLERANCE_MS) return [...findings, aheadFinding(last, nowMs)];
    const isOfProgram = program?.pid !== undefined && program.pid === last.origin.pid;
    // One span may be told belatedly; that nothing is told of the time of the program is the clock.
    const isBehind = isOfProgram && spans.length > 1 && last.endMs < program.startMs - TOLERANCE_MS;
    return isBehind ? [...findings, behindFinding(last, program.startMs)] : findings;
  });
}

function aheadFinding(span: StoredSpan, nowMs: number): Finding {
  const offset = formatDuration(span.endMs - nowMs);
  return {
    check: 'times',
    what: `The clock of ${originText(span.origin)} is ahead of the one here by ${offset} or more.`,
    evidence: [`${spanText(span)} ends in the future, at ${isoTime(span.endMs)}`],
    mend: clockMend([span.origin]),
  };
}

function behindFinding(span: StoredSpan, startMs: number): Finding {
  const offset = formatDuration(startMs - span.endMs);
  return {
    check: 'times',
    what: `The clock of ${originText(span.origin)} is behind the one here by ${offset} or more.`,
    evidence: [
      `${spanText(span)} ends at ${isoTime(span.endMs)}, before the program was started at ${isoTime(startMs)}`,
    ],
    mend: clockMend([span.origin]),
  };
}

function unitsFinding(span: StoredSpan): Finding {
  return {
    check: 'times',
    what: `Spans of ${originText(span.origin)} begin at ${isoTime(span.startMs)}: their times are not in nanoseconds since 1970.`,
    evidence: [`${spanText(span)}, scope "${span.scopeName}"`],
    mend: [
      '# startTimeUnixNano and endTimeUnixNano are nanoseconds; in JavaScript leave startTime out, or give milliseconds:',
      'tracer.startSpan(name, { startTime: Date.now() })',
    ],
  };
}

/** How clocks are set right on the machines of these processes. */
export function clockMend(origins: readonly Origin[]): readonly string[] {
  const hosts = [
    ...new Set(origins.map(({ hostName, serviceName }) => hostName ?? `the host of "${serviceName}"`)),
  ];
  return [
    `# on ${firstOf(hosts).join(' and ')}; chronyc makestep does it at once:`,
    'sudo timedatectl set-ntp true',
  ];
}

function isoTime(timeMs: number): string {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? 'no time of any calendar' : date.toISOString();
}
