import { systemClock } from '@tta/obs-context';
import { createSender } from '../src/export/create-sender.ts';
import type { OtlpEndpoint } from '../src/export/destination.ts';

/**
 * A program that sends twice and then has nothing more to do. It is told from the first, or later from
 * outside, to `finish` its sender or to `leave` it; after that nothing but the sender can keep it alive.
 */
async function main(destination: OtlpEndpoint, atOnce: string | undefined): Promise<void> {
  const sender = createSender(destination, 'traces', systemClock);
  const obey = (message: unknown): void => {
    if (message === 'finish') sender.finish();
    process.disconnect();
  };
  if (atOnce === undefined) process.once('message', obey);
  else obey(atOnce);
  for (let i = 0; i < 2; i++) console.log((await sender.send(Buffer.from('spans'), 30_000)).kind);
  const { moduleLoadList } = process as unknown as { readonly moduleLoadList: readonly string[] };
  console.log(moduleLoadList.includes('NativeModule http2') ? 'with HTTP/2' : 'without HTTP/2');
}

void main(JSON.parse(process.argv[2] ?? '') as OtlpEndpoint, process.argv[3]);
