import { context } from '@opentelemetry/api';
import { initializeObservability } from '@tta/obs';
import { inject, messageHeaders } from '@tta/obs-context';
import { lambda } from '@tta/obs-primitives';

/** Third of three: knows its caller from its environment alone, and leaves a message with headers. */
const obs = initializeObservability({ serviceName: 'tool', baggageKeys: ['tenant'] });
const answer = lambda('answer', (_: undefined, { context: { baggage } }) => ({
  headers: inject(context.active(), {}, messageHeaders),
  text: `because ${baggage['tenant']} and ${baggage['secret']}`,
}));
console.log(JSON.stringify(await answer.execute(undefined)));
await obs.shutdown();
