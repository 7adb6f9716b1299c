import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { processorSeconds, watchMemory } from './process-usage.mjs';

const program = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Limits of a service that removes nothing. */
export const keepsAll = { maxTraces: 10_000_000, retentionHours: 100_000, maxBytes: 2 ** 40 };

/** The service on an empty file, in a process of its own. */
export class MeasuredService {
  /** For example `http://127.0.0.1:40123`. */
  url;
  #node;
  #limits;
  #directory = mkdtempSync(join(tmpdir(), 'tta-bench-'));
  #child;
  #endWatch;

  /**
   * @param {{ node?: string, limits?: object }} options - `node`: the program to run it with; `limits`: of `startServer`.
   */
  static async start({ node = process.execPath, limits = {} } = {}) {
    const service = new MeasuredService(node, limits);
    await service.#spawn();
    return service;
  }

  constructor(node, limits) {
    this.#node = node;
    this.#limits = limits;
  }

  get #path() {
    return join(this.#directory, 'traces.db');
  }

  /** Ends it as Ctrl-C does and starts it on the same file. @returns the milliseconds from its start until it listens. */
  async restart() {
    this.#endWatch();
    await this.#end();
    return this.#spawn();
  }

  /** What `load.mjs` sends, and what was answered; `cpuUs` is what the service needed for a span. */
  async load(options) {
    const before = processorSeconds(this.#child.pid);
    const sent = JSON.parse(await output(start('load.mjs', JSON.stringify({ url: this.url, ...options }))));
    const used = processorSeconds(this.#child.pid) - before;
    return { ...sent, cpuUs: (used / sent.storedSpans) * 1e6 };
  }

  /** Asks questions until the function that it returns is called, which has the answers. */
  read(...traceIds) {
    const child = start('reads.mjs', this.url, ...traceIds);
    const printed = output(child);
    return async () => {
      child.stdin.end();
      return JSON.parse(await printed);
    };
  }

  async traceCount() {
    const { stored } = await (await fetch(`${this.url}/health`)).json();
    return stored?.traceCount ?? Infinity;
  }

  /** Ends it and removes its file. @returns its memory over time, and how many spans the file held. */
  async stop() {
    const memory = this.#endWatch();
    try {
      await this.#end();
      const Database = createRequire(import.meta.url)('libsql');
      const database = new Database(this.#path);
      const { spans } = database.prepare('SELECT count(*) AS spans FROM span').get();
      database.close();
      return { memory, storedSpans: spans };
    } finally {
      rmSync(this.#directory, { recursive: true, force: true });
    }
  }

  async #spawn() {
    const begin = performance.now();
    this.#child = spawn(this.#node, [program('service.mjs'), this.#path, JSON.stringify(this.#limits)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // A benchmark that fails leaves nothing running.
    const kill = () => this.#child.kill('SIGKILL');
    process.once('exit', kill);
    this.#child.once('exit', () => process.off('exit', kill));
    for await (const line of createInterface({ input: this.#child.stdout })) {
      this.url = line;
      this.#endWatch = watchMemory(this.#child.pid);
      return performance.now() - begin;
    }
    throw new Error('the service ended before it was ready');
  }

  async #end() {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const [code] = await exited;
    if (code !== 0) throw new Error(`the service ended with code ${code}`);
  }
}

function start(name, ...args) {
  return spawn(process.execPath, [program(name), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
}

async function output(child) {
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0) throw new Error(`a program of the benchmark ended with code ${code}`);
  return printed;
}
