import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { denoBinary } from './deno-binary.ts';

const run = promisify(execFile);
const ttaObs = fileURLToPath(new URL('../../../../packages/cli/bin/tta-obs.js', import.meta.url));
const packages = fileURLToPath(new URL('../../', import.meta.url));

let folder: string;
let databases = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tta-run-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What `tta-obs run` prints about a program that knows nothing of the service. */
async function observed(token: string | undefined, ...command: readonly string[]): Promise<string> {
  const { PATH = '' } = process.env;
  const env = {
    PATH,
    HOME: folder,
    NO_COLOR: '1',
    DENO_NO_UPDATE_CHECK: '1',
    // The program waits until its metrics have gone out.
    OTEL_METRIC_EXPORT_INTERVAL: '200',
    ...(token !== undefined && { TTA_UI_TOKEN: token }),
  };
  const own = ['run', '--exit', '--port', '0', '--db-path', join(folder, `${databases++}.db`)];
  const { stdout } = await run(process.execPath, [ttaObs, ...own, '--', ...command], {
    env,
    timeout: 30_000,
  });
  return stdout;
}

async function program(name: string, source: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, source);
  return path;
}

const tokens = [undefined, 'a-token+of=16,more'];

describe.each(tokens)('tta-obs run with the token %s', (token) => {
  it('observes a Node program with an OpenTelemetry SDK that is set by variables alone', async () => {
    const importOf = (name: string) =>
      `(await import(${JSON.stringify(import.meta.resolve(name, new URL('package.json', `file://${packages}`)))}))`;
    const source = `
      const { BatchSpanProcessor, NodeTracerProvider } = ${importOf('@opentelemetry/sdk-trace-node')};
      const { OTLPTraceExporter } = ${importOf('@opentelemetry/exporter-trace-otlp-proto')};
      const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });
      provider.getTracer('node').startSpan('work of node').end();
      await provider.shutdown();`;
    const printed = await observed(token, process.execPath, await program('node.mjs', source));
    expect(printed).toMatch(/✓ success · \S+ \S+ · 1 span · [^]+ work of node +\S+ \S+\n/);
  });

  it('observes a Deno program, whose SDK is built in', async () => {
    const path = fileURLToPath(new URL('../program.ts', import.meta.url));
    const flags = ['run', '--allow-all', '--cached-only', '--no-remote', '--no-lock'];
    expect(await observed(token, denoBinary(), ...flags, path)).toMatch(/order +20\.0 s\n[^]+ spans?/);
  });

  it('observes a shell script that sends what it did with curl', async () => {
    const span = {
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      name: 'work of a shell',
      startTimeUnixNano: '1700000000000000000',
      endTimeUnixNano: '1700000000005000000',
    };
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
    const script = `
      curl --fail --silent --show-error --output /dev/null --header 'content-type: application/json' \\
        --header "authorization: Bearer $TTA_UI_TOKEN" --data '${body}' "$OTEL_EXPORTER_OTLP_ENDPOINT/v1/traces"`;
    expect(await observed(token, 'sh', '-c', script)).toMatch(
      /✓ success · 5\.00 ms · 1 span · [^]+ work of a shell +5\.00 ms\n/,
    );
  });
});
