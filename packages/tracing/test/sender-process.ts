import { systemClock } from '@tta/obs-context';
import { createSender } from '../src/export/create-sender.ts';
import type { OtlpDestination } from '../src/export/destination.ts';

/**
 * A program that sends twice and then has nothing more to do. What it is sent from outside tells it to
 * `finish` its sender or not; after that nothing but the sender can keep it alive.
 */
async function main(destination: OtlpDestination): Promise<void> {
  const sender = createSender(destination, systemClock);
  process.once('message', (message) => {
    if (message === 'finish') sender.finish();
    process.disconnect();
  });
  for (let i = 0; i < 2; i++) console.log((await sender.send(Buffer.from('spans'), 30_000)).kind);
  const { moduleLoadList } = process as unknown as { readonly moduleLoadList: readonly string[] };
  console.log(moduleLoadList.includes('NativeModule http2') ? 'with HTTP/2' : 'without HTTP/2');
}

void main(JSON.parse(process.argv[2] ?? '') as OtlpDestination);
