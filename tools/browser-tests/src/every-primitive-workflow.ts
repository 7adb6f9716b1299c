import { setTimeout as sleep } from 'node:timers/promises';
import {
  agent,
  approval,
  bulkhead,
  cache,
  circuitBreaker,
  conditional,
  type Conversation,
  dedupe,
  fallback,
  forEach,
  hedge,
  lambda,
  llm,
  loop,
  match,
  named,
  openAiChat,
  parallel,
  race,
  rateLimit,
  resumable,
  retry,
  router,
  saga,
  sagaStep,
  sequential,
  settle,
  streaming,
  SuspendedError,
  switchOn,
  timeout,
  tool,
} from '@tta/obs-primitives';

/** A step that takes so long, fails if told so, and else gives back what it was given. */
function step(name: string, ms: number, failure?: () => Error | undefined) {
  return lambda(name, async (input: string, { signal }) => {
    await sleep(ms, undefined, { signal });
    const error = failure?.();
    if (error !== undefined) throw error;
    return input;
  });
}

const busy = (): Error => Object.assign(new Error('503 the service is busy'), { status: 503 });

/** Fails so many times, then no longer. */
function failing(times: number): () => Error | undefined {
  let calls = 0;
  return () => (++calls <= times ? busy() : undefined);
}

/** What a step gave that the next one has no use for. */
const city = (name = 'go on') => lambda(name, (_: unknown) => 'Oslo');

function recovering() {
  let lookUps = 0;
  const lookUp = lambda('look up', async (word: string, { signal }) => {
    await sleep(lookUps++ === 0 ? 5_000 : 10, undefined, { signal });
    return word;
  });
  return sequential(
    retry(step('rank', 8, failing(2)), {
      maxRetries: 3,
      baseMs: 40,
      jitter: 'none',
      name: 'rank patiently',
    }),
    named('ask', fallback(timeout(step('large model', 5_000), { ms: 60 }), step('small model', 15))),
    timeout(step('fetch', 20), { ms: 40, name: 'fetch in time' }),
    hedge(lookUp, { idempotent: true, afterMs: 30, name: 'look up twice' }),
  );
}

/** Work that is kept, shared or held back. */
function sharing() {
  const remembered = cache(step('translate', 20), {
    key: (word) => word,
    ttlMs: 50,
    staleMs: 60_000,
    costPerCallUsd: 0.02,
    name: 'translations',
  });
  const shared = dedupe(step('read page', 30), { key: (url) => url, name: 'read once' });
  const printer = bulkhead(step('print', 25), { concurrency: 1, queue: 4, name: 'one printer' });
  const api = rateLimit(step('call api', 5), { limit: 1, windowMs: 80, name: 'slow api' });
  return sequential(
    remembered,
    remembered,
    step('wait', 60),
    remembered,
    parallel({ left: shared, right: shared }, { name: 'both read' }),
    city(),
    parallel({ first: printer, second: printer }, { name: 'both print' }),
    city(),
    api,
    api,
  );
}

/** Branches, items and iterations. */
function spreading() {
  const item = lambda('work on item', async (at: number) => {
    await sleep(6 + (at % 4));
    return at;
  });
  return sequential(
    parallel(
      { news: step('news', 60), papers: step('papers', 45), books: step('books', 30) },
      { name: 'search' },
    ),
    city(),
    race(
      { mirror: step('mirror', 90), origin: step('origin', 5_000), broken: step('broken', 5, busy) },
      { name: 'first answer' },
    ),
    lambda('begin', () => 1),
    loop(
      lambda('improve', async (score: number) => {
        await sleep(3);
        return score + 1;
      }),
      { until: (score) => score >= 8, maxIterations: 9, name: 'improve draft' },
    ),
    lambda('list', () => Array.from({ length: 40 }, (_, at) => at)),
    forEach(item, { concurrency: 8, name: 'many at a time' }),
    lambda('shorten', (items: readonly number[]) => items.slice(0, 3)),
    forEach(item, { concurrency: 3, name: 'three at a time' }),
    city(),
  );
}

/** Ways that are taken, and how they were decided on. */
function deciding() {
  return sequential(
    conditional((input: string) => input.length > 2, step('long', 3), step('short', 3), {
      name: 'long enough',
    }),
    switchOn((input: string) => (input === 'Oslo' ? 'north' : 'south'), {
      north: step('go north', 3),
      south: step('go south', 3),
    }),
    lambda('look', (input: string) => ({ kind: 'city' as const, input })),
    match<{ kind: 'city' | 'village'; input: string }>().on('kind', {
      city: async ({ input }) => input,
      village: async ({ input }) => input,
    }),
    router({
      routes: { large: step('large', 3), small: step('small', 3) },
      select: 'cheapest',
      profile: { large: { costUsd: 0.2 }, small: { costUsd: 0.01 } },
      name: 'pick a model',
    }),
    approval(step('pay', 3), { name: 'small payment', ask: () => ({ kind: 'continue' }) }),
  );
}

/** A model that answers as OpenAI's do, at first with a call of a tool. */
function model() {
  let asked = 0;
  return llm({
    provider: 'openai',
    model: 'gpt-5-mini',
    name: 'ask',
    call: async (_: Conversation, { signal }) => {
      await sleep(20, undefined, { signal });
      const first = asked++ === 0;
      const call = {
        id: 'call-1',
        type: 'function',
        function: { name: 'weather', arguments: '{"city":"Oslo"}' },
      };
      return {
        id: `reply-${asked}`,
        model: 'gpt-5-mini',
        choices: [
          {
            message: first
              ? { role: 'assistant', content: null, tool_calls: [call] }
              : { role: 'assistant', content: 'Cold.' },
            finish_reason: first ? 'tool_calls' : 'stop',
          },
        ],
        usage: { prompt_tokens: 1_200, completion_tokens: 340, total_tokens: 1_540 },
      };
    },
    reads: openAiChat,
  });
}

function asking() {
  const weather = tool({
    name: 'weather',
    description: 'The weather in a city, now',
    input: (value: unknown) => value as { city: string },
    execute: async () => 7,
  });
  const spoken = streaming('speak', async function* (_: unknown, { signal }) {
    for (const word of ['It', ' is', ' cold.']) {
      await sleep(15, undefined, { signal });
      yield word;
    }
    return 'Oslo';
  });
  return sequential(
    agent({ name: 'guide', model: model(), tools: [weather], instructions: 'Be brief.' }),
    spoken,
  );
}

/** What fails for good, each apart, so that the run goes on. */
function failingForGood() {
  const breaker = circuitBreaker(step('flaky', 4, failing(2)), {
    trip: { failures: 2 },
    recoveryMs: 400,
    successes: 1,
    name: 'breaker',
  });
  const trip = saga(
    sagaStep('hotel', step('book hotel', 10), step('cancel hotel', 12)),
    sagaStep('flight', step('book flight', 10), step('cancel flight', 8)),
    sagaStep(
      'payment',
      step('charge', 6, () => new Error('the card was refused')),
      step('refund', 1),
    ),
  );
  const patient = step('never', 4, busy);
  const items = lambda('work on item', async (at: number) => {
    await sleep(2);
    if (at % 5 === 3) throw new Error(`item ${at} is broken`);
    return at;
  });
  return settle(
    {
      exhausted: retry(patient, { maxRetries: 1, baseMs: 20, jitter: 'none', name: 'rank in vain' }),
      trip: named('book trip', trip),
      items: sequential(
        lambda('count', (_: string) => Array.from({ length: 12 }, (_item, at) => at)),
        forEach(items, { onError: 'wait-all', name: 'one at a time' }),
      ),
      first: breaker,
      second: breaker,
      third: breaker,
      later: sequential(step('wait', 420), breaker),
    },
    { concurrency: 1, name: 'each apart' },
  );
}

/** One run with every primitive of the library, and with each outcome that the page draws in its own way. */
export function everyPrimitiveWorkflow() {
  return named(
    'every primitive',
    sequential(
      named('recover', recovering()),
      named('share', sharing()),
      named('spread', spreading()),
      named('decide', deciding()),
      named('ask', asking()),
      failingForGood(),
    ),
  );
}

/** A run that waits for somebody, and the one that goes on with the answer. */
export async function runWithApproval(waits: boolean): Promise<void> {
  const refund = resumable(
    sequential(step('prepare', 10), approval(step('pay back', 10), { name: 'large payment' })),
    { name: waits ? 'open refund' : 'refund' },
  );
  const suspended = await refund.execute('80 €').catch((error: unknown) => error);
  if (!(suspended instanceof SuspendedError)) throw new Error('The run did not wait.');
  if (!waits) await refund.resume(suspended.token, { kind: 'continue', by: 'Ada' });
}
