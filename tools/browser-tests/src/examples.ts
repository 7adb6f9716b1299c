import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../docs/examples/dist', import.meta.url));

/** The example programs, each with what its service is called. */
export type ExampleName =
  | 'agent-with-approval'
  | 'batch'
  | 'cache-and-dedupe'
  | 'cost-tracking'
  | 'cross-process'
  | 'parallel-research'
  | 'rate-limited-crawl'
  | 'repo-review'
  | 'saga'
  | 'streaming-chat'
  | 'tiered-router';

/** Runs a built example program, which sends its traces to the service at `url`. */
export async function runExample(url: string, name: ExampleName): Promise<void> {
  const child = spawn(process.execPath, [`${folder}/${name}/main.js`], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TTA_UI_ENDPOINT: url, NO_COLOR: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  if (exitCode !== 0) throw new Error(`The example ${name} ended with ${exitCode}:\n${said}`);
}
