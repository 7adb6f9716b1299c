import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const index = fileURLToPath(new URL('../src/index.ts', import.meta.url));
const instrumentation = fileURLToPath(new URL('../../instrumentation/src/index.ts', import.meta.url));

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
}

/** Bundles the sources with a program in front of nothing else, and runs it in a process of its own. Rejects when it fails. */
export async function runProgram(
  directory: string,
  body: string,
  env: Record<string, string> = {},
): Promise<Ended> {
  const entry = join(directory, 'program.mts');
  const bundle = join(directory, 'program.cjs');
  await writeFile(
    entry,
    `import { initializeObservability } from ${JSON.stringify(index)};
     import { InstrumentedPrimitive } from ${JSON.stringify(instrumentation)};
     class Work extends InstrumentedPrimitive<string, string> {
       constructor() { super({ type: 'work', name: 'work' }); }
       protected run(input: string): string { return input.toUpperCase(); }
     }
     async function main(): Promise<void> { ${body} }
     void main();`,
  );
  const options = {
    entryPoints: [entry],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    conditions: ['@tta/source'],
    logLevel: 'error',
  };
  await run(process.execPath, ['-e', `require('esbuild').buildSync(${JSON.stringify(options)})`], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { PATH: process.env['PATH'] ?? '' },
  });
  // What a dead destination does not take stays in the test's folder.
  const ended = { HOME: directory, XDG_DATA_HOME: directory, ...env };
  return run(process.execPath, [bundle], { env: ended, timeout: 30_000 });
}
