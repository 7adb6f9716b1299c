import type { Attributes } from '@opentelemetry/api';
import { attributeNames as names, genAiNames } from '@tta/obs-context';
import type { BoundedValues } from './bounded-values.ts';
import { briefErrorAttributes } from './error-info.ts';
import { writeLine } from './execution-lines.ts';
import type { Execution } from './execution.ts';
import { toMicrosecond } from './execution-end.ts';
import type {
  CacheFact,
  CallsFact,
  CircuitFact,
  DecisionFact,
  Fact,
  RecoveryFact,
  WaitFact,
} from './run-scope.ts';

/** Makes points, a span event and a log line of something that happened in a run. */
export function recordFact(execution: Execution, fact: Fact, cacheTypes: BoundedValues): void {
  switch (fact.type) {
    case 'recovery':
      return recordRecovery(execution, fact);
    case 'cache':
      return recordCache(execution, fact, cacheTypes);
    case 'circuit':
      return recordCircuit(execution, fact);
    case 'wait':
      return recordWait(execution, fact);
    case 'decision':
      return recordDecision(execution, fact);
    case 'calls':
      return recordCalls(execution, fact);
  }
}

function recordRecovery(execution: Execution, fact: RecoveryFact): void {
  const { run, unit } = execution;
  const { kind } = fact;
  run.instruments?.recoveryEvents.add(1, { [names.recoveryKind]: kind, [names.primitiveName]: unit.name });
  const attributes = 'error' in fact ? withError(execution, fact) : fact.attributes;
  run.instrumentation.event(execution, `recovery.${kind}`, attributes);
  // What stays half done needs a person.
  const level = kind === 'compensation_failed' ? 'error' : 'warn';
  writeLine(execution, level, `${unit.name}: ${kind}`, attributes);
}

/** Which error was answered: on the event and the line, never on a metric, for which messages are too many. */
function withError(execution: Execution, { attributes, error }: RecoveryFact): Attributes {
  return { ...attributes, ...briefErrorAttributes(execution.infoOf(error)) };
}

function recordCache(execution: Execution, fact: CacheFact, cacheTypes: BoundedValues): void {
  const { run, unit, span } = execution;
  const { outcome, cacheType } = fact;
  if (run.instruments) {
    const labels = { [names.primitiveName]: unit.name, [names.cacheType]: cacheTypes.admit(cacheType) };
    run.instruments.cacheTotal.add(1, labels);
    run.instruments.cacheHits.add(outcome === 'miss' ? 0 : 1, labels);
  }
  // What nobody sees costs a hit a quarter of its time.
  if (!span && !run.verbose) return;
  const attributes = { ...fact.attributes, [names.cacheType]: cacheType };
  run.instrumentation.event(execution, `cache.${outcome}`, attributes);
  if (run.verbose) writeLine(execution, 'debug', `${unit.name}: cache ${outcome}`, attributes);
}

/** As the gauge has it: the worse, the higher. */
const circuitLevels = { closed: 0, half_open: 1, open: 2 } as const;

function recordCircuit(execution: Execution, { state, previous, attributes }: CircuitFact): void {
  const { run, unit } = execution;
  run.instruments?.circuitState.record(circuitLevels[state], { [names.primitiveName]: unit.name });
  const told = { ...attributes, [names.circuitState]: state, [names.circuitPreviousState]: previous };
  run.instrumentation.event(execution, `circuit.${state}`, told);
  writeLine(execution, state === 'open' ? 'warn' : 'info', `${unit.name}: circuit ${state}`, told);
}

function recordWait(execution: Execution, fact: WaitFact): void {
  const { run, unit, span, ended } = execution;
  run.instruments?.queueWait.record(fact.ms, {
    [names.primitiveName]: unit.name,
    [names.waitFor]: fact.for,
  });
  if (ended || fact.ms === 0) return;
  span?.setAttributes({ [names.waitDurationMs]: toMicrosecond(fact.ms), [names.waitFor]: fact.for });
}

function recordDecision(execution: Execution, fact: DecisionFact): void {
  const { run, unit, span, ended } = execution;
  const choice = { [names.decisionChoice]: fact.choice, [names.decisionReason]: fact.reason };
  run.instruments?.decisions.add(1, { [names.primitiveName]: unit.name, ...choice });
  // What nobody sees reads no clock.
  if (!span && !run.verbose) return;
  const told: Attributes = { ...fact.attributes, ...choice };
  if (fact.timed) {
    const decidedAt = run.instrumentation.guardedClock.monotonic();
    told[names.decisionDurationMs] = toMicrosecond(decidedAt - execution.startedAt);
  }
  // An execution decides once: attributes can be searched for, events cannot.
  if (!ended) span?.setAttributes(told);
  if (run.verbose) writeLine(execution, 'debug', `${unit.name}: ${fact.choice}`, told);
}

function recordCalls({ run, unit, span, ended }: Execution, { model, tools }: CallsFact): void {
  const labels = { [genAiNames.agentName]: unit.attributes[genAiNames.agentName] ?? unit.name };
  run.instruments?.invokeAgentInferenceCalls.record(model, labels);
  run.instruments?.invokeAgentToolCalls.record(tools, labels);
  if (!ended) span?.setAttributes({ [names.agentSteps]: model, [names.agentToolCalls]: tools });
}
