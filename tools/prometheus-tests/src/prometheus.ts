import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The rules that the package ships. */
export const rulesFile = fileURLToPath(
  new URL('rules/aliases.rules.yml', import.meta.resolve('@tta/obs-metrics/package.json')),
);

/** One series of a query's result. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A running Prometheus of this machine that scrapes one endpoint. */
export interface Prometheus {
  /** Evaluates a query, now or as if it were a little later. */
  query(expression: string, laterSeconds?: number): Promise<readonly Sample[]>;
  /** Resolves once all that is exposed by now has been scraped and has been through the rules. */
  catchUp(): Promise<void>;
  /** Resolves once a comparison holds for at least one series. */
  until(comparison: string): Promise<void>;
  /** What it complained about. */
  complaints(): readonly string[];
  close(): Promise<void>;
}

interface RuleGroups {
  readonly groups: readonly { readonly rules: readonly { health: string; lastEvaluation: string }[] }[];
}

interface QueryResult {
  readonly result: readonly {
    readonly metric: Readonly<Record<string, string>>;
    readonly value: readonly [number, string];
  }[];
}

const startLimitMs = 20_000;

/** @param metricsUrl - What to scrape, four times a second. */
export async function startPrometheus(metricsUrl: string): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'obs-prometheus-'));
  const { host, pathname } = new URL(metricsUrl);
  const interval = '250ms';
  const configuration = {
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: [rulesFile],
    scrape_configs: [
      { job_name: 'workflows', metrics_path: pathname, static_configs: [{ targets: [host] }] },
    ],
  };
  const configurationFile = join(folder, 'prometheus.yml');
  // JSON is YAML.
  await writeFile(configurationFile, JSON.stringify(configuration));
  const child = spawn(
    'prometheus',
    [
      `--config.file=${configurationFile}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const close = async (): Promise<void> => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  };
  let log = '';
  child.stderr.on('data', (chunk) => (log += String(chunk)));
  try {
    const url = await addressOf(child, () => log);
    const api = async <T>(path: string): Promise<T> => {
      const response = await fetch(new URL(`/api/v1/${path}`, url));
      const { status, data, error } = (await response.json()) as { status: string; data: T; error?: string };
      if (status !== 'success') throw new Error(`${path}: ${error}`);
      return data;
    };
    const query = async (expression: string, laterSeconds = 0): Promise<readonly Sample[]> => {
      const parameters = new URLSearchParams({
        query: expression,
        time: String(Date.now() / 1000 + laterSeconds),
      });
      const { result } = await api<QueryResult>(`query?${parameters.toString()}`);
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    };
    const scrapedSince = async (seconds: number): Promise<boolean> => {
      const [sample] = await query('timestamp(up)');
      return sample !== undefined && sample.value > seconds;
    };
    const evaluatedSince = async (seconds: number): Promise<boolean> => {
      const { groups } = await api<RuleGroups>('rules');
      const rules = groups.flatMap((group) => group.rules);
      return (
        rules.length > 0 && rules.every(({ lastEvaluation }) => Date.parse(lastEvaluation) / 1000 > seconds)
      );
    };
    await until('Prometheus is ready', async () => (await fetch(new URL('/-/ready', url))).ok);
    return {
      query,
      async catchUp() {
        // A scrape that is under way may have collected already: the second one after now has not.
        for (let scrape = 0; scrape < 2; scrape++) {
          const now = Date.now() / 1000;
          await until('Prometheus has scraped', () => scrapedSince(now));
        }
        const scraped = Date.now() / 1000;
        await until('Prometheus has evaluated the rules', () => evaluatedSince(scraped));
      },
      until: (comparison) => until(comparison, async () => (await query(comparison)).length > 0),
      complaints: () => log.split('\n').filter((line) => /level=(warn|error)/.test(line)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The address that it says it listens on. */
async function addressOf(
  child: ChildProcessByStdio<null, null, Readable>,
  log: () => string,
): Promise<string> {
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  let address: string | undefined;
  await until('Prometheus listens', () => {
    if (failure)
      throw new Error('prometheus cannot be run; on Debian: apt-get install prometheus', { cause: failure });
    if (child.exitCode !== null) throw new Error(`prometheus ended with ${child.exitCode}:\n${log()}`);
    address = /msg="Listening on" address=(\S+)/.exec(log())?.[1];
    return Promise.resolve(address !== undefined);
  });
  return `http://${address}`;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + startLimitMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${startLimitMs} ms: ${what}`);
    await delay(25);
  }
}
