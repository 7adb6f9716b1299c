import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { context } from '@opentelemetry/api';
import { initializeObservability } from '@tta/obs';
import { environment, extract, inject, messageHeaders } from '@tta/obs-context';
import { lambda, sequential } from '@tta/obs-primitives';

/** Second of three: starts the third with its environment, and takes the message that it leaves. `middle <third>` */
const run = promisify(execFile);
const obs = initializeObservability({ serviceName: 'middle', baggageKeys: ['tenant'] });

interface Message {
  readonly headers: Record<string, string>;
  readonly text: string;
}

const startTool = lambda('start tool', async (): Promise<Message> => {
  const env = inject(context.active(), { ...process.env }, environment);
  const { stdout } = await run(process.execPath, [process.argv[2] ?? ''], { env });
  return JSON.parse(stdout) as Message;
});
const consume = lambda('consume', ({ text }: Message) => text.toUpperCase());
const takeMessage = async (message: Message): Promise<string> =>
  context.with(extract(context.active(), message.headers, messageHeaders), () => consume.execute(message));

const server = createServer((request, response) => {
  const received = extract(context.active(), request.headers);
  void context.with(received, async () => {
    const message = await sequential(startTool).execute(undefined);
    response.end(await takeMessage(message));
    server.close();
    await obs.shutdown();
  });
});
server.listen(0, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
