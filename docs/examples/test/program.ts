import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { otlpSink } from '@tta/obs-testing/otlp-sink';
import { build } from 'esbuild';

const examples = fileURLToPath(new URL('..', import.meta.url));

/** What a program did. */
export interface ProgramRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Programs of an example, bundled with the sources of the packages, so that nothing has to be built before. */
export class ExampleProgram {
  readonly #directory: string;
  readonly #main: string;

  private constructor(directory: string, name: string) {
    this.#directory = directory;
    this.#main = join(directory, name, 'main.js');
  }

  /** @param others - Programs that it starts, beside `main`. */
  static async bundle(name: string, ...others: readonly string[]): Promise<ExampleProgram> {
    // Inside of the package, so that programs are ES modules and find what is not bundled.
    const parent = join(examples, 'out-tsc');
    await mkdir(parent, { recursive: true });
    const directory = await mkdtemp(join(parent, `${name}-`));
    await build({
      entryPoints: ['main', ...others].map((program) => join(examples, name, `${program}.ts`)),
      outdir: directory,
      outbase: examples,
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      conditions: ['@tta/source'],
      banner: {
        js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`,
      },
    });
    return new ExampleProgram(directory, name);
  }

  /**
   * Runs it as a process that finds no local service, unless its address is in the variables, and neither keys nor
   * settings of whoever runs the tests.
   */
  run(args: readonly string[] = [], variables: Readonly<Record<string, string>> = {}): Promise<ProgramRun> {
    const { PATH = '' } = process.env;
    const home = this.#directory;
    const env = { PATH, HOME: home, XDG_DATA_HOME: home, TTA_LOG_LEVEL: 'silent', ...variables };
    return new Promise((resolve) => {
      execFile(process.execPath, [this.#main, ...args], { env, timeout: 25_000 }, (error, stdout, stderr) => {
        const code = error?.code;
        resolve({ exitCode: error === null ? 0 : typeof code === 'number' ? code : -1, stdout, stderr });
      });
    });
  }

  /**
   * Runs it and takes what it sends to the local service.
   *
   * @param service - A local service that is to get it as well.
   */
  async observe(service?: { readonly url: string }) {
    await using sink = await otlpSink();
    const endpoints =
      service === undefined
        ? { TTA_UI_ENDPOINT: sink.httpUrl }
        : {
            TTA_UI_ENDPOINT: service.url,
            OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${sink.httpUrl}/v1/traces`,
          };
    const run = await this.run([], endpoints);
    const services = sink.resources.map((resource) => resource['service.name']);
    return { ...run, trace: sink.trace, services };
  }

  remove(): Promise<void> {
    return rm(this.#directory, { recursive: true });
  }
}

/** What a program printed, without what differs from run to run: times, ids, ports, folders. */
export function stableText(text: string): string {
  return text
    .replaceAll(/\b\d+ ms\b/g, '… ms')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:…')
    .replaceAll(/\b[0-9a-f]{32}\b/g, '…')
    .replaceAll(/out-tsc\/[^/]+\//g, 'dist/');
}
