import type { Attributes } from '@opentelemetry/api';
import { attributeNames as names } from '@tta/obs-context';
import type { BoundedValues } from './bounded-values.ts';
import { writeLine } from './execution-lines.ts';
import type { Execution } from './execution.ts';
import type { CacheFact, Fact, RecoveryFact } from './run-scope.ts';

/** Makes points, a span event and a log line of something that happened in a run. */
export function recordFact(execution: Execution, fact: Fact, cacheTypes: BoundedValues): void {
  if (fact.type === 'cache') recordCache(execution, fact, cacheTypes);
  else recordRecovery(execution, fact);
}

function recordRecovery(execution: Execution, fact: RecoveryFact): void {
  const { run, unit, ended } = execution;
  const { kind } = fact;
  run.instruments?.recoveryEvents.add(1, { [names.recoveryKind]: kind, [names.primitiveName]: unit.name });
  const attributes = 'error' in fact ? withError(execution, fact) : fact.attributes;
  // What came too late finds its span closed.
  if (!ended) run.instrumentation.event(execution, `recovery.${kind}`, attributes);
  writeLine(execution, 'warn', `${unit.name}: ${kind}`, attributes);
}

/** Which error was answered: on the event and the line, never on a metric, for which messages are too many. */
function withError(execution: Execution, { attributes, error }: RecoveryFact): Attributes {
  const { type, message, category } = execution.infoOf(error);
  return {
    ...attributes,
    [names.errorType]: type,
    [names.errorMessage]: message,
    [names.errorCategory]: category,
  };
}

function recordCache(execution: Execution, fact: CacheFact, cacheTypes: BoundedValues): void {
  const { run, unit, ended } = execution;
  const { outcome, cacheType } = fact;
  if (run.instruments) {
    const labels = { [names.primitiveName]: unit.name, [names.cacheType]: cacheTypes.admit(cacheType) };
    run.instruments.cacheTotal.add(1, labels);
    run.instruments.cacheHits.add(outcome === 'miss' ? 0 : 1, labels);
  }
  const attributes = { ...fact.attributes, [names.cacheType]: cacheType };
  if (!ended) run.instrumentation.event(execution, `cache.${outcome}`, attributes);
  if (run.verbose) writeLine(execution, 'debug', `${unit.name}: cache ${outcome}`, attributes);
}
