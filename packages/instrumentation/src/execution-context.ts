import { type Context, createContextKey } from '@opentelemetry/api';
import { correlationKey, correlationOf } from '@tta/obs-context';
import type { Execution } from './execution.ts';

const executionKey = createContextKey('@tta/obs/execution');

/**
 * A context that leads to an execution. Every execution runs in one, also where nothing records: what is
 * begun inside a run has to find its signal and state. `setValue` would copy all other values for that.
 */
class ExecutionContext implements Context {
  readonly around: Context;
  readonly execution: Execution;

  constructor(around: Context, execution: Execution) {
    this.around = around;
    this.execution = execution;
  }

  getValue(key: symbol): unknown {
    if (key === executionKey) return this.execution;
    // Answered, not set: every execution would pay for what only a log line asks for.
    if (key === correlationKey) return this.execution.run.correlation(correlationOf(this.around));
    return this.around.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new ExecutionContext(this.around.setValue(key, value), this.execution);
  }

  deleteValue(key: symbol): Context {
    return new ExecutionContext(this.around.deleteValue(key), this.execution);
  }
}

/** @internal */
export function withExecution(parent: Context, execution: Execution): Context {
  // In place of the execution around it, so that nesting never makes a chain of contexts.
  return new ExecutionContext(parent instanceof ExecutionContext ? parent.around : parent, execution);
}

/** The execution that is running in a context. @internal */
export function executionOf(active: Context): Execution | undefined {
  return active.getValue(executionKey) as Execution | undefined;
}
