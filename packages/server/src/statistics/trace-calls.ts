import type { AiOperation, AttributesJson } from '@tta/obs-protocol';
import type { CallEnd, CallGraph } from './call-graph.ts';

/** Kinds of spans as OTLP numbers them. */
const CLIENT = 3;
const PRODUCER = 4;
const NAME_LENGTH = 200;
/** Also those that are told by another span as well. */
const MODEL_CALLS: ReadonlySet<AiOperation> = new Set(['inference', 'embeddings', 'rerank']);
/** Spans between a request and the call of a model that it is a part of. */
const MOST_BETWEEN = 8;

/** A span as the map of services needs it. */
export interface CallSpan {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly serviceName: string;
  readonly kind: number;
  readonly isFailed: boolean;
  readonly durationMs: number;
  /** Of a span of an AI program. */
  readonly ai: {
    readonly operation: AiOperation;
    readonly provider: string | null;
    /** It is a call of a model, and no other span tells it as well. */
    readonly isCall: boolean;
  } | null;
  /** Empty where they say nothing of calls. */
  readonly attributes: AttributesJson;
}

/**
 * Adds the calls of one trace: from the service of a span's parent to its own where they differ, and from a service to what
 * its client spans name: providers of models, databases, queues, and other hosts that no spans came from.
 *
 * @param spans - In any order.
 * @param isWhole - Whether these are all of the trace: else nobody knows which requests were answered.
 */
export function addTraceCalls(graph: CallGraph, spans: readonly CallSpan[], isWhole: boolean): void {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const answered = new Set<CallSpan>();
  for (const span of spans) {
    graph.addSpan(span.serviceName, span);
    const parent = parentOf(span, byId);
    if (parent === undefined || parent.serviceName === span.serviceName) continue;
    graph.addCall(serviceOf(parent), serviceOf(span), span);
    answered.add(parent);
  }
  for (const span of spans) {
    const to = modelOf(span) ?? storeOf(span) ?? (isWhole && !answered.has(span) ? hostOf(span, byId) : null);
    if (to !== null) graph.addCall(serviceOf(span), to, span);
  }
}

/** Whether the attributes of spans of that kind say what they call. */
export const CALLING_KINDS = [CLIENT, PRODUCER] as const;

function modelOf({ ai }: CallSpan): CallEnd | null {
  return ai?.isCall === true && ai.provider !== null ? { kind: 'model', name: shortened(ai.provider) } : null;
}

function storeOf({ kind, attributes }: CallSpan): CallEnd | null {
  if (kind !== CLIENT && kind !== PRODUCER) return null;
  const database = textOf(attributes, 'db.system.name', 'db.system');
  if (database !== null) {
    const place = textOf(attributes, 'db.namespace', 'db.name', 'server.address', 'net.peer.name');
    return { kind: 'database', name: joined(database, place) };
  }
  const queue = textOf(attributes, 'messaging.system');
  if (queue === null) return null;
  const place = textOf(attributes, 'messaging.destination.name', 'messaging.destination');
  return { kind: 'queue', name: joined(queue, place) };
}

function hostOf(span: CallSpan, byId: ReadonlyMap<string, CallSpan>): CallEnd | null {
  if (span.kind !== CLIENT || (span.ai !== null && MODEL_CALLS.has(span.ai.operation))) return null;
  const name = textOf(span.attributes, 'peer.service', 'server.address', 'net.peer.name');
  return name === null || isOfModelCall(span, byId) ? null : { kind: 'remote', name: shortened(name) };
}

/** Whether it is how a call of a model reaches its provider, which is told already. */
function isOfModelCall(span: CallSpan, byId: ReadonlyMap<string, CallSpan>): boolean {
  let at = parentOf(span, byId);
  for (let seen = 0; seen < MOST_BETWEEN && at !== undefined; seen++) {
    // What the tools of a model call is no part of its call.
    if (at.ai?.operation === 'tool') return false;
    if (modelOf(at) !== null) return true;
    at = parentOf(at, byId);
  }
  return false;
}

function parentOf(span: CallSpan, byId: ReadonlyMap<string, CallSpan>): CallSpan | undefined {
  return span.parentSpanId === null ? undefined : byId.get(span.parentSpanId);
}

function serviceOf({ serviceName }: CallSpan): CallEnd {
  return { kind: 'service', name: serviceName };
}

function joined(system: string, place: string | null): string {
  return shortened(place === null ? system : `${system}/${place}`);
}

/** A name as the map of services has it. */
export function shortened(name: string): string {
  return name.slice(0, NAME_LENGTH);
}

/** Of several names of one thing the first that is there. */
function textOf(attributes: AttributesJson, ...keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = attributes[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}
