import type { Instrumentation } from '@tta/obs-instrumentation';
import type { ManualClock } from '@tta/obs-context/manual';
import { lambda, parallel, retry, sequential, timeout } from '@tta/obs-primitives';

/** What an attacker would like to see as a label of its own. */
const hostileMessage = 'no such order "}\n# TYPE up gauge\nup{injected="yes"} 0 user-8f3a@example.test';

/** Runs per round. A round is the same every time, in what it counts and how long each step takes. */
export const runsPerRound = 4;

/**
 * Answers tickets: reads each one, asks a model that fails at every other first attempt, and has the answer
 * reviewed and rated by another model while it looks into a cache, which knows 3 of 4 tickets.
 *
 * On the clock given, reading takes 40 ms for the first half of a round and 200 ms for the second, and each
 * attempt to ask takes 5 ms.
 */
export async function answerTickets(clock: ManualClock): Promise<void> {
  const readTicket = lambda('read ticket', (ticket: number) => {
    clock.spend(ticket < runsPerRound / 2 ? 40 : 200);
    return ticket;
  });
  const attempted = new Set<number>();
  const askModel = lambda('ask model', (ticket: number, { usage }) => {
    clock.spend(5);
    if (ticket % 2 === 0 && !attempted.has(ticket)) {
      attempted.add(ticket);
      throw Object.assign(new Error(hostileMessage), { status: 503 });
    }
    usage({ provider: 'openai', model: 'gpt-4o', inputTokens: 100, outputTokens: 20 });
    return ticket;
  });
  const review = lambda('review', (ticket: number, { usage }) => {
    usage({ provider: 'anthropic', model: 'claude-sonnet-4-5', inputTokens: 30, outputTokens: 3 });
    return ticket;
  });
  const lookUp = lambda('look up', (ticket: number, { record }) => {
    record({ type: 'cache', outcome: ticket % 4 === 3 ? 'miss' : 'hit', cacheType: 'memory' });
    return ticket;
  });
  const answer = sequential(
    readTicket,
    retry(askModel, { baseMs: 0, name: 'ask' }),
    parallel({ review, lookUp }),
  );
  for (let ticket = 0; ticket < runsPerRound; ticket++) {
    const answered = answer.execute(ticket, { workflowName: 'tickets', agentType: 'support' });
    // The wait before a retry, of no time.
    await clock.advance(0);
    await answered;
  }
}

/** Places an order that hangs until it times out, and one that fails. */
export async function failOrders(clock: ManualClock): Promise<void> {
  const hang = lambda('charge card', (_order: string, { signal }) => {
    return new Promise<string>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  });
  const late = timeout(hang, { ms: 30, name: 'charge in time' }).tryExecute('late');
  await clock.advance(30);
  await late;
  const refuse = lambda('place order', (): string => {
    throw new RangeError(hostileMessage);
  });
  await refuse.tryExecute('refused', { workflowName: 'orders' });
}

/** Begins a run that is in flight until the function that comes back is called. */
export function holdRun(instrumentation: Instrumentation): () => Promise<void> {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const hold = sequential(
    lambda('wait for approval', () => gate),
    lambda('ship', () => instrumentation.faults),
  );
  const run = hold.execute(undefined, { workflowName: 'orders' });
  return async () => {
    release();
    await run;
  };
}
