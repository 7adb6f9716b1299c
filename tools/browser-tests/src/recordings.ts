import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../packages/server/src/conventions/fixtures', import.meta.url));

/** What SDKs of AI programs sent, as it was recorded. */
export type RecordingName =
  | 'ai-sdk-legacy'
  | 'ai-sdk-otel'
  | 'langfuse'
  | 'langsmith'
  | 'mastra'
  | 'openinference-anthropic'
  | 'openinference-openai'
  | 'openinference-vercel'
  | 'openllmetry-anthropic'
  | 'openllmetry-openai'
  | 'otel-openai'
  | 'tta-obs';

/** Sends a recording to the service at `url` as if it had ended a minute ago, and gives the ids of its traces. */
export async function sendRecording(url: string, name: RecordingName): Promise<readonly string[]> {
  const { traces } = JSON.parse(await readFile(`${folder}/${name}.json`, 'utf8')) as { traces: unknown };
  const text = JSON.stringify(traces);
  const ends = [...text.matchAll(/"endTimeUnixNano":"(\d+)"/g)].map(([, time]) => BigInt(time as string));
  const shift =
    BigInt(Date.now() - 60_000) * 1_000_000n - ends.reduce((one, other) => (one > other ? one : other));
  // Recordings count their ids from 1: those of several would be one trace.
  const ids = new Map<string, string>();
  const ownId = (id: string): string => {
    const own = ids.get(id) ?? createHash('sha256').update(`${name} ${id}`).digest('hex').slice(0, id.length);
    ids.set(id, own);
    return own;
  };
  const sent = text
    .replace(/"((?:start|end)?[tT]imeUnixNano)":"(\d+)"/g, (_, key: string, time: string) =>
      time === '0' ? `"${key}":"0"` : `"${key}":"${BigInt(time) + shift}"`,
    )
    .replace(/"traceId":"([0-9a-f]{32})"/g, (_, id: string) => `"traceId":"${ownId(id)}"`);
  const answer = await fetch(new URL('v1/traces', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: sent,
  });
  if (!answer.ok) throw new Error(`The service answered ${answer.status}: ${await answer.text()}`);
  return [...ids.values()];
}
