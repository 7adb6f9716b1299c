import { type Attributes, type Context, context } from '@opentelemetry/api';
import { CancelledError, genAiNames } from '@tta/obs-context';
import { instrumentationOf } from '../current-instrumentation.ts';
import { AiSdkCall, type CalledFunction } from './ai-sdk-call.ts';
import { type Fields, fieldsOf, textIn } from './ai-sdk-fields.ts';
import type { Integration } from './integrations.ts';
import { SingleCall } from './single-call.ts';

/** Calls that are going on. Of more than these, the oldest are taken for left. */
const callLimit = 10_000;

/** Functions that the channel tells of with all that they do. */
const agents: ReadonlyMap<unknown, CalledFunction> = new Map([
  ['generateText', { name: 'generateText', isAgent: true, isStream: false }],
  ['streamText', { name: 'streamText', isAgent: true, isStream: true }],
]);

/** Functions that it tells nothing of: events do, by these names. */
const objects: ReadonlyMap<unknown, CalledFunction> = new Map([
  ['ai.generateObject', { name: 'generateObject', isAgent: false, isStream: false }],
  ['ai.streamObject', { name: 'streamObject', isAgent: false, isStream: true }],
]);

/** Functions that are one call of a model, and what the GenAI conventions call it. */
const operations: ReadonlyMap<unknown, string> = new Map([
  ['embed', 'embeddings'],
  ['embedMany', 'embeddings'],
  ['rerank', 'rerank'],
]);

/** What becomes of something that a message of the channel told the begin of. */
interface Followed {
  /** It has been called; what it promises is still to come. */
  readonly returned?: () => void;
  readonly ended: (result: unknown) => void;
  readonly failed: (error: unknown) => void;
}

/** Makes executions of what the AI SDK tells. */
export class AiSdkObserver {
  readonly #calls = new Map<string, AiSdkCall>();
  readonly #followed = new WeakMap<object, Followed>();
  /** The last one that was called: whether the AI SDK has a span of its own of it shows in the same turn. */
  #latest: AiSdkCall | SingleCall | undefined;

  /** @returns In which what begins is to run. */
  began(message: object, active: Context): Context {
    const { type, event: told } = fieldsOf(message);
    const event = fieldsOf(told);
    const called = agents.get(type);
    if (called) return this.#called(message, called, event, active);
    const operation = operations.get(type);
    if (operation !== undefined) return this.#calledOnce(message, operation, event, active);
    const call = this.#callOf(event);
    switch (call && type) {
      case 'step':
        return this.#step(message, call as AiSdkCall);
      case 'languageModelCall':
        return this.#model(message, call as AiSdkCall, event) ?? active;
      case 'executeTool':
        return this.#tool(message, call as AiSdkCall, event) ?? active;
      default:
        return active;
    }
  }

  returned(message: object): void {
    this.#followed.get(message)?.returned?.();
  }

  ended(message: object): void {
    const { result } = fieldsOf(message);
    this.#take(message)?.ended(result);
  }

  failed(message: object): void {
    const { error } = fieldsOf(message);
    this.#take(message)?.failed(error);
  }

  /**
   * Every span that begins passes here.
   *
   * @returns Whether it is of a call that other spans of the AI SDK tell of already.
   */
  spanBegan(attributes: Attributes, active: Context): boolean {
    if (!this.#latest?.isMadeIn(active)) return false;
    const { operation } = this.#latest;
    const isLegacy = 'ai.operationId' in attributes;
    if (!isLegacy && attributes[genAiNames.operationName] !== operation) return false;
    const convention = isLegacy ? 'legacy' : 'gen_ai';
    this.#latest.toldBy ??= convention;
    return this.#latest.toldBy !== convention;
  }

  /** What events tell that the channel does not: the ends of streams, and all of objects. */
  readonly integration: Integration = this.#handling({
    onStart: (event) => {
      const called = objects.get(event['operationId']);
      if (called) this.#add(new AiSdkCall(called, event, context.active()), event);
    },
    onObjectStepStart: (event) => void this.#callOf(event)?.beginModel(event),
    onObjectStepEnd: (event) => this.#callOf(event)?.heard(event),
    onLanguageModelCallEnd: (event) => this.#callOf(event)?.heard(event),
    onStepEnd: (event) => this.#callOf(event)?.heard(event),
    onToolExecutionEnd: (event) => this.#callOf(event)?.toolEnded(event),
    onEnd: (event) => {
      const call = this.#callOf(event);
      if (call && !call.isAgent) this.#remove(event)?.end(undefined);
    },
    onError: (event) => this.#remove(event)?.fail(event['error']),
    onAbort: (event) =>
      this.#remove(event)?.leave(event['reason'] ?? new CancelledError('the call was aborted')),
  });

  /** Closes what is open. */
  leaveAll(): void {
    for (const call of this.#calls.values())
      call.leave(new CancelledError('the AI SDK is observed no longer'));
    this.#calls.clear();
  }

  #called(message: object, called: CalledFunction, event: Fields, active: Context): Context {
    const call = new AiSdkCall(called, event, active);
    this.#add(call, event);
    this.#followed.set(message, {
      ended: (result) => {
        this.#remove(event);
        call.end(result);
      },
      failed: (error) => {
        this.#remove(event);
        call.fail(error);
      },
    });
    return active;
  }

  #calledOnce(message: object, operation: string, event: Fields, active: Context): Context {
    const call = new SingleCall(operation, event, active);
    this.#latest = call;
    this.#followed.set(message, {
      returned: () => call.begin(),
      ended: (result) => call.end(result),
      failed: (error) => call.fail(error),
    });
    return active;
  }

  #step(message: object, call: AiSdkCall): Context {
    call.begin();
    // What a stream used was told by an event before; of a call that brings integrations of its own nobody told it.
    this.#followed.set(message, { ended: () => call.heard({}), failed: () => undefined });
    return call.context;
  }

  #model(message: object, call: AiSdkCall, event: Fields): Context | undefined {
    const active = call.beginModel(event);
    this.#followed.set(message, {
      ended: (result) => call.modelAnswered(result),
      failed: (error) => call.modelFailed(error),
    });
    return active;
  }

  #tool(message: object, call: AiSdkCall, event: Fields): Context | undefined {
    const tool = call.beginTool(event);
    if (!tool) return undefined;
    this.#followed.set(message, {
      ended(result) {
        const output = fieldsOf(fieldsOf(result)['output']);
        if (output['type'] === 'tool-error') tool.fail(output['error']);
        else tool.succeed(output['output']);
      },
      failed: (error) => tool.fail(error),
    });
    return tool.context;
  }

  #take(message: object): Followed | undefined {
    const followed = this.#followed.get(message);
    this.#followed.delete(message);
    return followed;
  }

  #callOf(event: Fields): AiSdkCall | undefined {
    return this.#calls.get(textIn(event, 'callId') ?? '');
  }

  #add(call: AiSdkCall, event: Fields): void {
    this.#latest = call;
    this.#calls.set(textIn(event, 'callId') ?? '', call);
    if (this.#calls.size <= callLimit) return;
    for (const [id, oldest] of this.#calls) {
      this.#calls.delete(id);
      return oldest.leave(new CancelledError(`more than ${callLimit} calls are open`));
    }
  }

  #remove(event: Fields): AiSdkCall | undefined {
    const call = this.#callOf(event);
    this.#calls.delete(textIn(event, 'callId') ?? '');
    return call;
  }

  /** Whatever goes wrong in a handler stays here. */
  #handling(handlers: Readonly<Record<string, (event: Fields) => void>>): Integration {
    const handling = ([name, handle]: [string, (event: Fields) => void]) => [
      name,
      (event: unknown): void =>
        instrumentationOf(context.active()).safely(() => handle(fieldsOf(event)), undefined),
    ];
    return Object.fromEntries(Object.entries(handlers).map(handling)) as Integration;
  }
}
