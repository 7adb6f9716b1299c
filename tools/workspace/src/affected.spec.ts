import { describe, expect, it } from '@jest/globals';
import { runNode } from './workspace-root.ts';

function affectedBy(file: string): readonly string[] {
  const printed = runNode('node_modules/nx/dist/bin/nx.js', [
    'show',
    'projects',
    '--affected',
    `--files=${file}`,
    '--json',
  ]);
  return (JSON.parse(printed) as string[]).toSorted();
}

describe('affected projects', () => {
  it('of a change in the command line are itself, the examples, whose trees it draws, and what runs these', () => {
    expect(affectedBy('packages/cli/src/index.ts')).toEqual([
      '@tta/obs-browser-tests',
      '@tta/obs-cli',
      '@tta/obs-examples',
      '@tta/obs-generators',
      '@tta/obs-otlp-clients',
    ]);
  });

  it('of a change in the page leave out the libraries', () => {
    expect(affectedBy('packages/web/src/main.tsx')).toEqual([
      '@tta/obs-browser-tests',
      '@tta/obs-cli',
      '@tta/obs-examples',
      '@tta/obs-generators',
      '@tta/obs-otlp-clients',
      '@tta/obs-web',
    ]);
  });

  it('of a change in context are the service too, which takes secrets out, and not its page', () => {
    const affected = affectedBy('packages/context/src/index.ts');
    expect(affected).toEqual(
      expect.arrayContaining([
        '@tta/obs',
        '@tta/obs-context',
        '@tta/obs-instrumentation',
        '@tta/obs-primitives',
        '@tta/obs-server',
      ]),
    );
    expect(affected).not.toContain('@tta/obs-protocol');
    expect(affected).not.toContain('@tta/obs-web');
  });

  it.each([
    'docs/primitives/README.md',
    'docs/primitives/retry.md',
    'packages/primitives/README.md',
    'packages/primitives/package.json',
    'packages/tracing/test/sampling.ts',
  ])('of a change in %s have the checks and the generators that read it', (file) => {
    expect(affectedBy(file)).toEqual(expect.arrayContaining(['@tta/obs-generators', '@tta/obs-workspace']));
  });

  it.each(['tools/bench/primitives/parallel.mjs', 'CONTRIBUTING.md'])(
    'of a change in %s are the generators that write there',
    (file) => {
      expect(affectedBy(file)).toEqual(['@tta/obs-generators']);
    },
  );

  it('of a change in the start command have the checks that run it', () => {
    expect(affectedBy('tools/start/start.mjs')).toContain('@tta/obs-workspace');
  });

  it('of a change in a document that nothing reads are none', () => {
    expect(affectedBy('docs/README.md')).toEqual([]);
  });
});
