import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import { type Attributes, type Context, context } from '@opentelemetry/api';
import { instrumentationOf } from '../current-instrumentation.ts';
import { AiSdkObserver } from './ai-sdk-observer.ts';
import { registerIntegration } from './integrations.ts';

const channelName = 'ai:telemetry';

/** The AI SDK while it is observed. */
export interface AiSdkObservation {
  /**
   * Has to be told of every span that begins: of a call that the AI SDK has spans of its own of, those are shown, and none of
   * ours besides.
   *
   * @returns Whether the span is of a call that other spans of the AI SDK tell of already: it repeats them.
   */
  spanBegan(attributes: Attributes, active: Context): boolean;
  /** Ends it. What is open is closed. */
  stop(): void;
}

/**
 * Observes every call of the AI SDK (`ai` 7 and later) in this process, without a line in the program: its functions are
 * executions of type `agent`, its calls of models `llm` with tokens and cost, its tools `tool`. They belong to the execution
 * that makes them, and what they begin belongs to them. A call with `telemetry: { isEnabled: false }` is not observed.
 *
 * It listens to the channel `ai:telemetry`, and to the events of the AI SDK for what the channel does not tell: what a stream
 * used. A call that brings integrations of its own tells its events to these alone.
 */
export function observeAiSdk(): AiSdkObservation {
  const observer = new AiSdkObserver();
  const channel = tracingChannel<unknown, object>(channelName);
  // Node throws what a subscriber throws where nobody catches it.
  const quietly =
    (tell: (message: object) => void) =>
    (message: object): void =>
      instrumentationOf(context.active()).safely(() => tell(message), undefined);
  const nothing = (): void => undefined;
  const subscribers = {
    start: nothing,
    end: quietly((message) => observer.returned(message)),
    asyncStart: nothing,
    asyncEnd: quietly((message) => observer.ended(message)),
    error: quietly((message) => observer.failed(message)),
  };
  const store = new ActiveContext();
  channel.start.bindStore(store, (message) => {
    const active = context.active();
    return instrumentationOf(active).safely(() => observer.began(message, active), active);
  });
  channel.subscribe(subscribers);
  const unregister = registerIntegration(observer.integration);
  return {
    spanBegan: (attributes, active) => observer.spanBegan(attributes, active),
    stop() {
      unregister();
      channel.unsubscribe(subscribers);
      channel.start.unbindStore(store);
      observer.leaveAll();
    },
  };
}

/** Where a channel binds a context to what it runs: in the context manager that is registered, whichever that is. */
class ActiveContext extends AsyncLocalStorage<Context> {
  override run<R, Args extends unknown[]>(store: Context, callback: (...args: Args) => R, ...args: Args): R {
    // A manager may have another context active than the one that it is told, and by that a span is known to be of the call.
    return store === context.active() ? callback(...args) : context.with(store, callback, undefined, ...args);
  }
}
