import type { Context } from '@opentelemetry/api';
import { answeringExecution } from '../model-calls/answering-execution.ts';
import { type Fields, fieldsOf } from './ai-sdk-fields.ts';
import { ModelCall } from './model-call.ts';

/** A function of the AI SDK that calls a model and nothing else: `embed`, `rerank`. */
export class SingleCall {
  /** As in `gen_ai.operation.name`. */
  readonly operation: string;
  readonly #event: Fields;
  readonly #around: Context;
  /** Which span of its own the AI SDK has of it, if any. */
  toldBy: 'legacy' | 'gen_ai' | undefined;
  #model: ModelCall | undefined;
  #hasBegun = false;

  constructor(operation: string, event: Fields, around: Context) {
    this.operation = operation;
    this.#event = event;
    this.#around = around;
  }

  isMadeIn(active: Context): boolean {
    return active === this.#around && !this.#hasBegun;
  }

  /** It has been called, and has not answered yet: the AI SDK has begun a span of its own by now, or never will. */
  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    if (this.toldBy !== undefined || answeringExecution(this.#around)) return;
    this.#model = new ModelCall(this.operation, this.#event, this.#around);
  }

  end(result: unknown): void {
    this.#model?.answered(fieldsOf(result));
  }

  fail(error: unknown): void {
    this.#model?.fail(error);
  }
}
