import type { Attributes, Counter, Gauge, Histogram, Meter } from '@opentelemetry/api';
import {
  agentBucketsS,
  attributeNames as names,
  type ContextInit,
  durationBucketsMs,
  genAiMetricNames,
  inferenceBucketsS,
  metricNames,
} from '@tta/obs-context';
import { type Level, LevelGauge } from './level-gauge.ts';
import type { TokenKind } from './token-kinds.ts';
import type { Unit } from './unit.ts';

/** Every metric of the emission point. */
export class Instruments {
  readonly executionCount: Counter;
  readonly executionDuration: Histogram;
  readonly connectionCount: Counter;
  readonly llmTokens: Counter;
  readonly llmCost: Counter;
  readonly costSavings: Counter;
  readonly inferenceDuration: Histogram;
  readonly operationDuration: Histogram;
  readonly inferenceTimeToFirstChunk: Histogram;
  readonly inferenceTimePerChunk: Histogram;
  /** Each kind has a counter of its own: all but the first two are parts of one of these. */
  readonly inferenceTokens: Readonly<Record<TokenKind, Counter>>;
  readonly executeToolDuration: Histogram;
  readonly invokeAgentDuration: Histogram;
  readonly invokeAgentInferenceCalls: Histogram;
  readonly invokeAgentToolCalls: Histogram;
  readonly recoveryEvents: Counter;
  readonly cacheTotal: Counter;
  readonly cacheHits: Counter;
  readonly decisions: Counter;
  readonly queueWait: Histogram;
  readonly timeToFirstChunk: Histogram;
  readonly circuitState: Gauge;
  readonly telemetryFaults: Counter;
  readonly #inFlight: LevelGauge;
  readonly #inFlightByUnit = new WeakMap<object, Level>();
  readonly #workflowsActive: LevelGauge;
  readonly #activeUnnamed: Level;

  constructor(meter: Meter) {
    this.executionCount = meter.createCounter(metricNames.executionCount, {
      description: 'Executions of primitives that have ended',
      unit: '1',
    });
    this.executionDuration = meter.createHistogram(metricNames.executionDuration, {
      description: 'Duration of executions of primitives',
      unit: 'ms',
      advice: { explicitBucketBoundaries: [...durationBucketsMs] },
    });
    this.connectionCount = meter.createCounter(metricNames.connectionCount, {
      description: 'Transitions from one primitive to another',
      unit: '1',
    });
    this.llmTokens = meter.createCounter(metricNames.llmTokens, {
      description: 'Tokens of model calls',
      unit: '{token}',
    });
    this.llmCost = meter.createCounter(metricNames.llmCost, {
      description: 'Cost of model calls in US dollars',
      unit: '{USD}',
    });
    this.costSavings = meter.createCounter(metricNames.costSavings, {
      description: 'Cost that was avoided, in US dollars',
      unit: '{USD}',
    });
    this.inferenceDuration = meter.createHistogram(genAiMetricNames.inferenceDuration, {
      description: 'Duration of model calls',
      unit: 's',
      advice: { explicitBucketBoundaries: [...inferenceBucketsS] },
    });
    this.operationDuration = meter.createHistogram(genAiMetricNames.operationDuration, {
      description: 'Duration of calls of models that infer nothing, such as embeddings',
      unit: 's',
      advice: { explicitBucketBoundaries: [...inferenceBucketsS] },
    });
    this.inferenceTimeToFirstChunk = meter.createHistogram(genAiMetricNames.timeToFirstChunk, {
      description: 'Time from the request of a streamed model call to its first chunk',
      unit: 's',
      advice: { explicitBucketBoundaries: [...inferenceBucketsS] },
    });
    this.inferenceTimePerChunk = meter.createHistogram(genAiMetricNames.timePerOutputChunk, {
      description: 'Time between chunks of a streamed model call',
      unit: 's',
      advice: { explicitBucketBoundaries: [...inferenceBucketsS] },
    });
    const counter = (name: string, description: string): Counter =>
      meter.createCounter(name, { description, unit: '{token}' });
    this.inferenceTokens = {
      inputTokens: counter(genAiMetricNames.inputTokens, 'Tokens of prompts, cached ones included'),
      outputTokens: counter(genAiMetricNames.outputTokens, 'Tokens of answers, reasoning included'),
      cachedInputTokens: counter(
        genAiMetricNames.cacheReadInputTokens,
        "Tokens of prompts that were read from the provider's cache",
      ),
      cacheWriteInputTokens: counter(
        genAiMetricNames.cacheWriteInputTokens,
        "Tokens of prompts that were written to the provider's cache",
      ),
      reasoningOutputTokens: counter(
        genAiMetricNames.reasoningOutputTokens,
        'Tokens of answers that the model used to reason',
      ),
    };
    this.executeToolDuration = meter.createHistogram(genAiMetricNames.executeToolDuration, {
      description: 'Duration of calls of tools',
      unit: 's',
      advice: { explicitBucketBoundaries: [...inferenceBucketsS] },
    });
    this.invokeAgentDuration = meter.createHistogram(genAiMetricNames.invokeAgentDuration, {
      description: 'Duration of runs of agents',
      unit: 's',
      advice: { explicitBucketBoundaries: [...agentBucketsS] },
    });
    this.invokeAgentInferenceCalls = meter.createHistogram(genAiMetricNames.invokeAgentInferenceCalls, {
      description: 'How often an agent asked its model in a run',
      unit: '{inference_call}',
    });
    this.invokeAgentToolCalls = meter.createHistogram(genAiMetricNames.invokeAgentToolCalls, {
      description: 'How many tools the model of an agent wanted called in a run',
      unit: '{tool_call}',
    });
    this.recoveryEvents = meter.createCounter(metricNames.recoveryEvents, {
      description: 'Failures that a primitive answered',
      unit: '1',
    });
    this.cacheTotal = meter.createCounter(metricNames.cacheTotal, {
      description: 'Look-ups in caches',
      unit: '1',
    });
    this.cacheHits = meter.createCounter(metricNames.cacheHits, {
      description: 'Look-ups in caches that were answered from the cache, also out of date',
      unit: '1',
    });
    this.decisions = meter.createCounter(metricNames.decisions, {
      description: 'Ways that conditionals, switches and routers have taken',
      unit: '1',
    });
    this.queueWait = meter.createHistogram(metricNames.queueWait, {
      description: 'How long steps waited for a slot of a bulkhead or a token of a rate limit',
      unit: 'ms',
      advice: { explicitBucketBoundaries: [...durationBucketsMs] },
    });
    this.timeToFirstChunk = meter.createHistogram(metricNames.timeToFirstChunk, {
      description: 'Time until an execution that streams gave its first chunk',
      unit: 'ms',
      advice: { explicitBucketBoundaries: [...durationBucketsMs] },
    });
    this.circuitState = meter.createGauge(metricNames.circuitState, {
      description: 'State of a circuit breaker: 0 closed, 1 half open, 2 open',
      unit: '1',
    });
    this.telemetryFaults = meter.createCounter(metricNames.telemetryFaults, {
      description: 'Faults inside telemetry, kept from the run',
      unit: '1',
    });
    this.#inFlight = new LevelGauge(
      meter.createObservableUpDownCounter(metricNames.inFlight, {
        description: 'Executions of primitives that have begun and not ended',
        unit: '1',
      }),
    );
    this.#workflowsActive = new LevelGauge(
      meter.createObservableUpDownCounter(metricNames.workflowsActive, {
        description: 'Runs that have begun and not ended',
        unit: '1',
      }),
    );
    this.#activeUnnamed = this.#workflowsActive.level({});
  }

  /** How many executions of a unit have begun and not ended. */
  inFlightOf(unit: Unit<never, unknown>): Level {
    let level = this.#inFlightByUnit.get(unit);
    if (!level) {
      level = this.#inFlight.level({ [names.primitiveName]: unit.name, [names.primitiveType]: unit.type });
      this.#inFlightByUnit.set(unit, level);
    }
    return level;
  }

  /** How many runs of a workflow have begun and not ended. */
  workflowsActiveOf({ workflowName, agentType }: ContextInit): Level {
    if (workflowName === undefined && agentType === undefined) return this.#activeUnnamed;
    const labels: Attributes = {};
    if (workflowName !== undefined) labels[names.workflowName] = workflowName;
    if (agentType !== undefined) labels[names.agentType] = agentType;
    return this.#workflowsActive.level(labels);
  }
}
