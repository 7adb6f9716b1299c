import { context } from '@opentelemetry/api';
import { initializeObservability } from '@tta/obs';
import { inject } from '@tta/obs-context';
import { lambda } from '@tta/obs-primitives';

/** First of three: calls the second over HTTP. `front <address of the second>` */
const obs = initializeObservability({ serviceName: 'front', baggageKeys: ['tenant'] });
const ask = lambda('ask', async (question: string) => {
  const headers = inject(context.active(), new Headers());
  const answer = await fetch(process.argv[2] ?? '', { method: 'POST', headers, body: question });
  return answer.text();
});
console.log(await ask.execute('why?', { baggage: { tenant: 'acme', secret: 'keep' } }));
await obs.shutdown();
