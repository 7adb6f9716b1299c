import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { inProject, moduleFile } from '../test/project.ts';

/** What each of them shows of an expectation that fails, wherever it begins to write. */
const failure = `
expect(trace).toHaveRetried("ask", 3)
"ask" repeated its step 2 times, not 3.

  primitive.retry.execute "ask" success
  ├─ primitive.retry.attempt_1 "answer" error
  │  └─ primitive.lambda.execute "answer" error: 503 Service Unavailable
  ├─ primitive.retry.attempt_2 "answer" error
  │  └─ primitive.lambda.execute "answer" error: 503 Service Unavailable
  ├─ primitive.retry.attempt_3 "answer" success
  │  └─ primitive.lambda.execute "answer" success
- └─ primitive.retry.attempt_4

- missing
`.trim();

/** Without durations, and without what stands left of a message. */
function plainText(text: string): string {
  return text
    .replaceAll(/ [\d.]+ m?s\b/g, '')
    .replaceAll(/^ {4}/gm, '')
    .replaceAll(/ +$/gm, '');
}

function withoutIndents(text: string): string {
  return text.replaceAll(/^ +/gm, '');
}

describe('Jest', () => {
  it.concurrent(
    'shows the trace where an expectation fails, and keeps snapshots as it keeps all others',
    inProject('jest', async (project) => {
      const args = [
        '--experimental-vm-modules',
        '--no-warnings',
        moduleFile('jest/bin/jest.js'),
        '--runInBand',
      ];

      const refused = await project.run([...args, '--ci', '-t', 'snapshots']);
      expect(refused).toMatchObject({
        code: 1,
        text: expect.stringContaining('New snapshot was not written.'),
      });

      const written = await project.run([...args, '--ci=false']);
      expect(written.code).toBe(1);
      expect(plainText(written.text)).toContain(failure);
      expect(written.text).toContain('expect(trace).not.toHaveRetried("ask")');
      expect(written.text).toContain('Tests:       2 failed, 7 passed, 9 total');
      expect(written.text).toContain('5 snapshots written');
      const file = join(project.folder, '__snapshots__/trace.test.ts.snap');
      expect(await readFile(file, 'utf8')).toContain('exports[`snapshots are kept for each hint: after 1`]');

      const compared = await project.run([...args, '--ci', '-t', 'snapshots']);
      expect(compared).toMatchObject({ code: 0, text: expect.stringContaining('5 passed, 5 total') });

      const different = await project.run([...args, '--ci', '-t', 'snapshots'], { FAILURES: '1' });
      expect(different.code).toBe(1);
      expect(different.text).toMatch(/^ +-   primitive\.retry\.attempt_3 /m);
      expect(different.text).toContain('1 snapshot failed');
    }),
  );
});

describe('Vitest', () => {
  it.concurrent(
    'shows the trace where an expectation fails, and keeps snapshots as it keeps all others',
    inProject('vitest', async (project) => {
      const args = [moduleFile('vitest/vitest.mjs'), 'run'];

      const refused = await project.run([...args, '-t', 'snapshots'], { CI: 'true' });
      expect(refused).toMatchObject({ code: 1, text: expect.stringContaining('5 failed') });

      const written = await project.run(args);
      expect(written.code).toBe(1);
      expect(plainText(written.text)).toContain(failure);
      expect(written.text).toContain('expect(trace).not.toHaveRetried("ask")');
      expect(written.text).toMatch(/Snapshots +7 written/);
      expect(written.text).toMatch(/Tests +2 failed \| 9 passed \| 1 expected fail \(12\)/);

      const different = await project.run([...args, '-t', 'snapshots'], { CI: 'true', FAILURES: '1' });
      expect(different.code).toBe(1);
      expect(different.text).toMatch(/^-   primitive\.retry\.attempt_3 /m);
      expect(different.text).toMatch(/Snapshots +1 failed/);
      expect(different.text).toMatch(/Tests +1 failed \| 4 passed \| 1 expected fail/);
    }),
  );
});

describe('node:test', () => {
  it.concurrent(
    'shows the trace where an expectation fails',
    inProject('node-test', async (project) => {
      await build({
        entryPoints: [join(project.folder, 'trace.test.ts')],
        outfile: join(project.folder, 'trace.test.mjs'),
        bundle: true,
        platform: 'node',
        format: 'esm',
        conditions: ['@tta/source'],
        external: ['@opentelemetry/*', '@grpc/*', 'protobufjs'],
      });
      const { code, text } = await project.run(['--test', '--test-reporter=spec', 'trace.test.mjs']);
      expect(code).toBe(1);
      // How far it is indented differs between versions of Node.js.
      expect(withoutIndents(plainText(text))).toContain(withoutIndents(failure));
      expect(text).toMatch(/^ +- +primitive\.retry\.attempt_4 /m);
      expect(text).toMatch(/^ +\+ +primitive\.retry\.attempt_3 /m);
      expect(text).toContain('pass 2\n');
      expect(text).toContain('fail 2\n');
    }),
  );
});
