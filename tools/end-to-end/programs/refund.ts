import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { initializeObservability } from '@tta/obs';
import { approval, type Decision, lambda, resumable, sequential, SuspendedError } from '@tta/obs-primitives';

/**
 * A run that waits for a person, in as many processes as it takes: `refund begin <folder> <expires in ms>`, then
 * `refund resume <folder> <decision>`. The token is in a file, as it could be in a database; what was done is in another.
 */
const [, , command, directory = '.', argument = ''] = process.argv;
const token = `${directory}/token`;
const done = (what: string): void => appendFileSync(`${directory}/done`, `${what}\n`);
const isAmount = (value: unknown): value is number => typeof value === 'number' && value > 0;

const obs = initializeObservability({ serviceName: `refund ${command}` });
const workflow = resumable(
  sequential(
    lambda('look up', (order: { amount: number }) => {
      done('look up');
      return order.amount;
    }),
    approval(
      lambda('pay', (amount: number) => {
        done(`pay ${amount}`);
        return `paid ${amount}`;
      }),
      {
        message: (amount) => `Pay back ${amount} €?`,
        expiresInMs: command === 'begin' ? Number(argument) : 60_000,
        input: isAmount,
        onSkip: (amount) => `kept ${amount}`,
      },
    ),
  ),
  { name: 'refund' },
);

try {
  const output = await (command === 'begin'
    ? workflow.execute({ amount: 30 }, { workflowId: 'refund-1' })
    : workflow.resume(readFileSync(token, 'utf8'), JSON.parse(argument) as Decision));
  console.log(output);
} catch (error) {
  if (error instanceof SuspendedError) {
    writeFileSync(token, error.token, { mode: 0o600 });
    console.log(error.requests.map((request) => `${request.message} ${request.for ?? ''}`.trim()).join('\n'));
  } else {
    console.log((error as { readonly code?: string }).code);
  }
}
await obs.shutdown();
