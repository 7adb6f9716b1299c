import { trace } from '@opentelemetry/api';
import { ObsError } from '@tta/obs-context';
import { type InstrumentedPrimitive, pause, type RunScope } from '@tta/obs-instrumentation';
import { lambda } from '../../src/lambda.ts';
import type { Behaviour } from './plan.ts';

/** What a leaf throws; each is told from all others by its message. */
class LeafError extends ObsError {
  constructor(message: string, passes: boolean) {
    super(message, {
      code: 'OBS_ERR_LEAF',
      category: passes ? 'transient' : 'permanent',
      recoverable: passes,
    });
  }
}

/** A call of a leaf, as the leaf itself saw it. */
export interface Call {
  readonly leaf: string;
  /** Of the span that was current inside; `undefined` without telemetry. */
  readonly spanId: string | undefined;
  readonly signal: AbortSignal;
  readonly wasAbortedAtBegin: boolean;
  /** What it threw of its own while nobody had aborted it. */
  thrown?: string;
}

/** Makes leaves, and writes down each of their calls. */
export class Journal {
  readonly calls: Call[] = [];
  /** Calls that have not ended: of leaves that do not heed their abort, or that undo something after it. */
  atWork = 0;
  #leaves = 0;
  readonly #emits: boolean;

  /** @param emits - Whether each call of a leaf emits the id of its span, before it works and after. */
  constructor({ emits = false }: { readonly emits?: boolean } = {}) {
    this.#emits = emits;
  }

  /** A primitive that behaves as told, call by call; after the last again like the first. */
  leaf(behaviours: readonly Behaviour[]): InstrumentedPrimitive<unknown, number> {
    const name = `leaf ${this.#leaves++}`;
    let called = 0;
    return lambda(name, async (input: unknown, scope: RunScope) => {
      const { signal } = scope;
      const number = called++;
      const spanId = trace.getActiveSpan()?.spanContext().spanId;
      const call: Call = { leaf: name, spanId, signal, wasAbortedAtBegin: signal.aborted };
      this.calls.push(call);
      const behaviour = behaviours[number % behaviours.length] as Behaviour;
      this.atWork++;
      try {
        if (this.#emits) await emit(scope, spanId);
        await work(scope, behaviour);
        if (this.#emits) await emit(scope, spanId);
      } finally {
        this.atWork--;
      }
      if (behaviour.ends === 'returns') return lineage(input, name, number);
      const message = `${name} call ${number}`;
      if (!signal.aborted) call.thrown = message;
      throw new LeafError(message, behaviour.ends === 'passing');
    });
  }
}

/** As a primitive of a user does: the type of a function says that it emits nothing. */
function emit(scope: RunScope, chunk: string | undefined): Promise<void> {
  return (scope as RunScope<unknown>).emit(chunk);
}

async function work(scope: RunScope, { afterMs, heedsAbort }: Behaviour): Promise<void> {
  if (afterMs === 0) return;
  if (heedsAbort) await pause(scope, afterMs);
  else await new Promise<void>((resolve) => void scope.clock.timer(afterMs, resolve));
}

/** A number that no other leaf, call or input gives: results that are mixed up do not stay unseen. */
function lineage(...of: readonly unknown[]): number {
  let hash = 0x81_1c_9d_c5;
  for (const character of JSON.stringify(of)) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01_00_01_93);
  }
  return hash >>> 0;
}
