import { checkClocks } from './clocks-check.ts';
import { checkContext } from './context-check.ts';
import { checkDoubleSetUp } from './double-set-up-check.ts';
import { checkDoubleSpans } from './double-spans-check.ts';
import type { Evidence } from './evidence.ts';
import type { CheckName, CheckResult, Finding } from './finding.ts';
import { checkFlush } from './flush-check.ts';
import { checkLimits } from './limits-check.ts';
import { checkOrphans } from './orphans-check.ts';
import { checkTimes } from './times-check.ts';

export interface TraceCheckOptions {
  /** Where programs have to send to. */
  readonly url: string;
}

type TraceCheck = (evidence: Evidence, options: TraceCheckOptions) => readonly Finding[];

const CHECKS: readonly (readonly [CheckName, TraceCheck])[] = [
  ['times', checkTimes],
  ['clocks', checkClocks],
  ['orphans', checkOrphans],
  ['flush', checkFlush],
  ['context', checkContext],
  ['double spans', checkDoubleSpans],
  ['double set-up', checkDoubleSetUp],
  ['limits', checkLimits],
];

/** Makes all checks that go by what was stored. */
export function checkTraces(evidence: Evidence, options: TraceCheckOptions): readonly CheckResult[] {
  return CHECKS.map(([check, find]) => ({ check, findings: find(evidence, options) }));
}

/** Why none of them could be made. */
export function skipTraces(skipped: string): readonly CheckResult[] {
  return CHECKS.map(([check]) => ({ check, skipped }));
}
