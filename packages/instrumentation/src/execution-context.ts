import { type Context, createContextKey, trace } from '@opentelemetry/api';
import { type Correlation, correlationKey, correlationOf } from '@tta/obs-context';
import type { Execution } from './execution.ts';
import { saidBeyond } from './run-correlation.ts';

const executionKey = createContextKey('@tta/obs/execution');

/**
 * A context that leads to an execution. Every execution runs in one, also where nothing records: what is
 * begun inside a run has to find its signal and state. `setValue` would copy all other values for that.
 */
class ExecutionContext implements Context {
  readonly around: Context;
  readonly execution: Execution;
  /** What `withCorrelation` made of the run's own, inside of the run. */
  readonly said: Correlation | undefined;

  constructor(around: Context, execution: Execution, said: Correlation | undefined) {
    this.around = around;
    this.execution = execution;
    this.said = said;
  }

  getValue(key: symbol): unknown {
    if (key === executionKey) return this.execution;
    // Answered, not set: every execution would pay for what only a log line asks for.
    if (key === correlationKey) return this.said ?? this.correlationOfRun;
    return this.around.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    if (key === correlationKey) {
      return new ExecutionContext(this.around, this.execution, value as Correlation | undefined);
    }
    return new ExecutionContext(this.around.setValue(key, value), this.execution, this.said);
  }

  deleteValue(key: symbol): Context {
    const said = key === correlationKey ? undefined : this.said;
    return new ExecutionContext(this.around.deleteValue(key), this.execution, said);
  }

  /** The same for another execution. What was said inside of a run is over where another run begins. */
  of(execution: Execution): Context {
    const said = execution.run === this.execution.run ? this.said : undefined;
    return new ExecutionContext(this.around, execution, said);
  }

  get correlationOfRun(): Correlation | undefined {
    return this.execution.run.correlation(correlationOf(this.around));
  }
}

/** What a parent is, and leads to an execution besides. @internal */
export function executionContext(parent: Context, execution: Execution): Context {
  // In place of the execution around it, so that nesting never makes a chain of contexts.
  return parent instanceof ExecutionContext
    ? parent.of(execution)
    : new ExecutionContext(parent, execution, undefined);
}

/** What the code of a running execution said by `withCorrelation`; a run that begins there takes it over. @internal */
export function saidInside(active: Context): Correlation | undefined {
  if (!(active instanceof ExecutionContext) || !active.said) return undefined;
  return saidBeyond(active.said, active.correlationOfRun);
}

/** What was active around a run: no execution, no span, and all that others have put in before. @internal */
export function outsideOfRun(active: Context): Context {
  return trace.deleteSpan(active instanceof ExecutionContext ? active.around : active);
}

/** The execution that is running in a context. @internal */
export function executionOf(active: Context): Execution | undefined {
  return active.getValue(executionKey) as Execution | undefined;
}
