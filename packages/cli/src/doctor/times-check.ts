import { formatDuration } from '../format-duration.ts';
import { processOf, spanText, type Evidence, type StoredSpan } from './evidence.ts';
import { firstOf, type Finding } from './finding.ts';
import { originText, type Origin } from './origin.ts';

/** A span is over when it is sent, and clocks that are looked after differ by less. */
const TOLERANCE_MS = 5_000;
/** OpenTelemetry is younger than that: such a time is not in nanoseconds, or was not set. */
const EARLIEST_MS = Date.UTC(2000, 0, 1);

/** Spans from the future, from long before OpenTelemetry, or from outside of the time in which their program ran. */
export function checkTimes({ traces, nowMs, program }: Evidence): readonly Finding[] {
  const ahead = new Map<string, StoredSpan>();
  const behind = new Map<string, StoredSpan>();
  const wrongUnits = new Map<string, StoredSpan>();
  for (const span of traces.flatMap(({ spans }) => spans)) {
    const key = processOf(span);
    if (span.startMs < EARLIEST_MS) {
      wrongUnits.set(key, span);
      continue;
    }
    if (span.endMs > nowMs + TOLERANCE_MS && span.endMs > (ahead.get(key)?.endMs ?? 0)) ahead.set(key, span);
    const isOfProgram = program?.pid !== undefined && program.pid === span.origin.pid;
    if (isOfProgram && span.endMs < program.startMs - TOLERANCE_MS) behind.set(key, span);
  }
  return [
    ...[...ahead.values()].map((span) => aheadFinding(span, nowMs)),
    ...[...behind.values()].map((span) => behindFinding(span, program!.startMs)),
    ...[...wrongUnits.values()].map(unitsFinding),
  ];
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
