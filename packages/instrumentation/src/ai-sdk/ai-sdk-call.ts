import type { Context } from '@opentelemetry/api';
import { CancelledError, genAiNames } from '@tta/obs-context';
import { instrumentationOf } from '../current-instrumentation.ts';
import { executionOf } from '../execution-context.ts';
import { answeringExecution } from '../model-calls/answering-execution.ts';
import { type Fields, fieldsOf, textIn } from './ai-sdk-fields.ts';
import { ModelCall } from './model-call.ts';
import { ToldExecution } from './told-execution.ts';

/**
 * A stream that nobody reads any more says nothing: the AI SDK does not tell of a `break`. So long without a sign after the
 * execution that began it has ended, it has been left.
 */
const leftAfterMs = 300_000;

/** What was called. */
export interface CalledFunction {
  /** What it is called where the program does not say what for. */
  readonly name: string;
  /** Whether it asks its model until it is done, and runs tools. */
  readonly isAgent: boolean;
  readonly isStream: boolean;
}

/** One call of a function of the AI SDK: an execution of type `agent`, if it is one, with its calls of models and tools below. */
export class AiSdkCall {
  readonly #around: Context;
  readonly #called: CalledFunction;
  /** Until its work begins: it may hold a long conversation. */
  #event: Fields;
  readonly #isAnsweredFor: boolean;
  /** As in `gen_ai.operation.name` of the span that the AI SDK may have of it. */
  readonly operation = 'invoke_agent';
  /** Which spans of its own the AI SDK has of it, if any. */
  toldBy: 'legacy' | 'gen_ai' | undefined;
  #agent: ToldExecution | undefined;
  #model: ModelCall | undefined;
  readonly #tools = new Map<string, ToldExecution>();
  #modelCalls = 0;
  #toolCalls = 0;
  #hasBegun = false;
  #hasSign = false;
  #unwatch: (() => void) | undefined;

  constructor(called: CalledFunction, event: Fields, around: Context) {
    this.#called = called;
    this.#event = event;
    this.#around = around;
    this.#isAnsweredFor = answeringExecution(around) !== undefined;
  }

  /** Whether it was made in a context, and nothing of it shown yet. */
  isMadeIn(active: Context): boolean {
    return active === this.#around && !this.#hasBegun;
  }

  get isAgent(): boolean {
    return this.#called.isAgent;
  }

  /** In which what it does is to run. */
  get context(): Context {
    return this.#agent?.context ?? this.#around;
  }

  /** Its work begins. Not before: whether the AI SDK has a span of its own of it shows in between. */
  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    const event = this.#event;
    this.#event = {};
    if (this.#isSilent) return;
    if (this.#called.isStream) this.#watch();
    if (!this.#called.isAgent) return;
    const named = textIn(event, 'functionId');
    this.#agent = new ToldExecution(
      {
        type: 'agent',
        name: named ?? this.#called.name,
        action: this.operation,
        attributes: {
          [genAiNames.operationName]: this.operation,
          ...(named === undefined ? {} : { [genAiNames.agentName]: named }),
        },
      },
      this.#around,
      event['messages'],
    );
  }

  /** @returns In which the call is to run. */
  beginModel(event: Fields): Context | undefined {
    this.begin();
    if (this.#isSilent) return undefined;
    this.#hasSign = true;
    this.#modelCalls++;
    this.#model?.fail(new Error('the answer broke off, and the model was asked again'));
    this.#model = new ModelCall('chat', event, this.context, this.#called.isStream);
    return this.#model.context;
  }

  /** What became of the request: an answer, or a stream of which the rest is told by {@link heard}. */
  modelAnswered(result: unknown): void {
    const answer = fieldsOf(result);
    if ('usage' in answer) this.#endModel((model) => model.answered(answer));
  }

  modelFailed(error: unknown): void {
    this.#endModel((model) => model.fail(error));
  }

  /** What an event says of the end of a model call or of a whole step. */
  heard(event: Fields): void {
    this.#hasSign = true;
    this.#endModel((model) => model.heard(event));
  }

  /** @returns The execution of a tool; `undefined` where the AI SDK has a span of it. */
  beginTool(event: Fields): ToldExecution | undefined {
    if (this.toldBy !== undefined) return undefined;
    this.begin();
    this.#hasSign = true;
    this.#toolCalls++;
    const call = fieldsOf(event['toolCall']);
    const name = textIn(call, 'toolName') ?? 'tool';
    const id = textIn(call, 'toolCallId');
    const tool = new ToldExecution(
      {
        type: 'tool',
        name,
        action: 'execute_tool',
        attributes: {
          [genAiNames.operationName]: 'execute_tool',
          [genAiNames.toolName]: name,
          [genAiNames.toolType]: 'function',
        },
        tool: { name },
      },
      this.context,
      call['input'],
    );
    if (id !== undefined) {
      tool.attr(genAiNames.toolCallId, id);
      this.#tools.set(id, tool);
    }
    return tool;
  }

  /** Of one whose result is hidden it is the event that tells of an error. */
  toolEnded(event: Fields): void {
    const id = textIn(fieldsOf(event['toolCall']), 'toolCallId') ?? '';
    const output = fieldsOf(event['toolOutput']);
    if (output['type'] === 'tool-error') this.#tools.get(id)?.fail(output['error']);
    this.#tools.delete(id);
  }

  end(result: unknown): void {
    this.#endModel((model) => model.heard({}));
    this.#settle((agent) => agent.succeed(textIn(fieldsOf(result), 'text')));
  }

  fail(error: unknown): void {
    // An error before its work began is to be seen as well.
    this.begin();
    this.#endModel((model) => model.fail(error));
    this.#settle((execution) => execution.fail(error));
  }

  /** Closes what is open. What its model call used may still be told. */
  leave(reason: unknown): void {
    this.#model?.leave(reason);
    this.#settle((execution) => execution.cancel(reason));
  }

  get #isSilent(): boolean {
    return this.toldBy !== undefined || this.#isAnsweredFor;
  }

  #endModel(how: (model: ModelCall) => void): void {
    const model = this.#model;
    this.#model = undefined;
    if (model) how(model);
  }

  #settle(how: (execution: ToldExecution) => void): void {
    this.#unwatch?.();
    // A tool that nobody told the end of ends as what it was called by.
    for (const tool of this.#tools.values()) how(tool);
    this.#tools.clear();
    if (!this.#agent) return;
    this.#agent.calls(this.#modelCalls, this.#toolCalls);
    how(this.#agent);
    this.#agent = undefined;
  }

  #watch(): void {
    const instrumentation = instrumentationOf(this.#around);
    const look = (): void => {
      const owner = executionOf(this.#around);
      if (this.#hasSign || (owner && !owner.ended)) this.#watch();
      else this.leave(new CancelledError('nobody reads the stream any more'));
    };
    this.#hasSign = false;
    this.#unwatch = instrumentation.clock.timer(leftAfterMs, () => instrumentation.safely(look, undefined));
  }
}
