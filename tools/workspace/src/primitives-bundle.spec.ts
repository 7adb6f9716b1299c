import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { workspaceRoot } from './workspace-root.ts';

describe('@tta/obs-primitives bundled alone', () => {
  const bundle = build({
    absWorkingDir: workspaceRoot,
    entryPoints: [join(workspaceRoot, 'packages/primitives/src/index.ts')],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@tta/source'],
    external: ['@opentelemetry/api'],
  });

  it('holds sources of context, instrumentation and primitives and nothing else', async () => {
    const { metafile } = await bundle;
    const inputs = Object.keys(metafile.inputs);
    const ours = /^packages\/(context|instrumentation|primitives)\/src\/.+\.ts$/;
    expect(inputs).toContain('packages/primitives/src/sequential.ts');
    expect(inputs.filter((input) => !ours.test(input))).toEqual([]);
  });

  it('imports the OpenTelemetry API and modules of Node and nothing else', async () => {
    const { metafile } = await bundle;
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    const names = imports.map(({ path }) => path);
    expect(names).toContain('@opentelemetry/api');
    expect(names.filter((name) => name !== '@opentelemetry/api' && !name.startsWith('node:'))).toEqual([]);
  });
});
