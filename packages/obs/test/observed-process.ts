import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';
import { otlpSink, type OtlpSink, type OtlpSinkOptions } from '@tta/obs-testing/otlp-sink';
import { initializeObservability } from '../src/initialize-observability.ts';
import type { Observability } from '../src/observability.ts';
import type { ObservabilityOptions } from '../src/observability-options.ts';
import { clearEnvironment } from './environment.ts';

/** This process with an environment and a folder that are made anew for each test. */
export class ObservedProcess {
  readonly #environment = { ...process.env };
  /** Called after the test, last first. */
  readonly closing: (() => unknown)[] = [];
  folder = '';
  obs: Observability | undefined;

  constructor() {
    beforeEach(() => {
      this.folder = mkdtempSync(join(tmpdir(), 'tta-obs-'));
      this.setEnvironment({});
    });
    afterEach(async () => {
      await this.obs?.shutdown();
      for (const close of this.closing.splice(0).reverse()) await close();
      process.env = { ...this.#environment };
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  setEnvironment(env: Readonly<Record<string, string>>): void {
    process.env = { ...this.#environment };
    clearEnvironment(this.folder);
    Object.assign(process.env, env);
  }

  /** Initialises with these variables, without the local service. */
  initialize(env: Readonly<Record<string, string>>, options: ObservabilityOptions = {}): Observability {
    this.setEnvironment(env);
    return (this.obs = initializeObservability({ enableTtaUi: false, logLevel: 'silent', ...options }));
  }

  async sink(options?: OtlpSinkOptions): Promise<OtlpSink> {
    const sink = await otlpSink(options);
    this.closing.push(() => sink.stop());
    return sink;
  }

  /** Of a destination that is down. */
  async deadUrl(): Promise<string> {
    const gone = await this.sink();
    await gone.stop();
    return gone.httpUrl;
  }
}
