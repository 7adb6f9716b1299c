import { spawnSync } from 'node:child_process';

/** Read by the process below; not an argument, which others on the machine could read. */
const script = `
const { url, headers } = JSON.parse(process.env.TTA_LAST_WORDS);
const chunks = [];
process.stdin.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
  const { request } = require(url.startsWith('https:') ? 'node:https' : 'node:http');
  request(url, { method: 'POST', headers }, (response) => {
    response.resume();
    process.exit(response.statusCode >= 200 && response.statusCode < 300 ? 0 : 1);
  }).on('error', () => process.exit(1)).end(Buffer.concat(chunks));
});`;

/**
 * Sends a request while this process is ending and its event loop turns no more: another process does it.
 * What the caller needs is that a program which dies of an error leaves the trace of it.
 *
 * @returns Whether it was taken within `limitMs`.
 */
export function postBeforeExit(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  limitMs: number,
): boolean {
  const { status } = spawnSync(process.execPath, ['-e', script], {
    input: body,
    env: { TTA_LAST_WORDS: JSON.stringify({ url, headers }) },
    stdio: ['pipe', 'ignore', 'ignore'],
    timeout: limitMs,
    windowsHide: true,
  });
  return status === 0;
}
