import { describe, expect, it } from '@jest/globals';
import { lintTexts } from './lint-texts.ts';

const boundary = '@nx/enforce-module-boundaries';
const tags = (...names: string[]) => names.map((name) => `"${name}"`).join(', ');
const only = (source: string, ...targets: string[]) =>
  `${boundary}: A project tagged with ${tags(source)} can only depend on libs tagged with ${tags(...targets)}`;
const nothing = (source: string) =>
  `${boundary}: A project tagged with "${source}" cannot depend on any libs with tags`;
const banned = (source: string, name: string) =>
  `${boundary}: A project tagged with "${source}" is not allowed to import "${name}"`;

const anyAppButCli = 'layer:app" and "/^pkg:(?!cli$)/';
const belowApps = ['layer:context', 'layer:contract', 'layer:signal', 'layer:workflow', 'layer:setup'];

interface Refusal {
  readonly file: string;
  readonly imports: string;
  /** The beginning of the message. */
  readonly message: string;
}

const refusals: readonly Refusal[] = [
  { file: 'context/src/a.ts', imports: '@tta/obs-protocol', message: nothing('layer:context') },
  {
    file: 'context/src/a.ts',
    imports: '@opentelemetry/core',
    message: banned('layer:context', '@opentelemetry/core'),
  },
  { file: 'context/src/a.spec.ts', imports: '@tta/obs-protocol', message: nothing('layer:context') },
  { file: 'protocol/src/a.ts', imports: '@tta/obs-context', message: nothing('layer:contract') },
  { file: 'protocol/src/a.ts', imports: 'fastify', message: banned('layer:contract', 'fastify') },
  {
    file: 'tracing/src/a.ts',
    imports: '@tta/obs-metrics',
    message: only('layer:signal', 'layer:context', 'layer:contract'),
  },
  { file: 'tracing/src/a.ts', imports: 'winston', message: banned('pkg:tracing', 'winston') },
  {
    file: 'metrics/src/a.ts',
    imports: '@tta/obs-logging',
    message: only('layer:signal', 'layer:context', 'layer:contract'),
  },
  {
    file: 'metrics/src/a.ts',
    imports: '@opentelemetry/sdk-trace-node',
    message: banned('pkg:metrics', '@opentelemetry/sdk-trace-node'),
  },
  {
    file: 'logging/src/a.ts',
    imports: '@tta/obs-tracing',
    message: only('layer:signal', 'layer:context', 'layer:contract'),
  },
  {
    file: 'logging/src/a.spec.ts',
    imports: '@tta/obs-tracing',
    message: only('layer:signal', 'layer:context', 'layer:contract'),
  },
  {
    file: 'logging/src/a.ts',
    imports: '@opentelemetry/sdk-metrics',
    message: banned('pkg:logging', '@opentelemetry/sdk-metrics'),
  },
  {
    file: 'instrumentation/src/a.ts',
    imports: '@tta/obs-protocol',
    message: only('pkg:instrumentation', 'layer:context'),
  },
  {
    file: 'instrumentation/src/a.ts',
    imports: '@opentelemetry/sdk-trace-node',
    message: banned('pkg:instrumentation', '@opentelemetry/sdk-trace-node'),
  },
  {
    file: 'primitives/src/a.ts',
    imports: '@tta/obs-tracing',
    message: only('layer:workflow', 'layer:context', 'pkg:instrumentation'),
  },
  {
    file: 'primitives/src/a.ts',
    imports: '@tta/obs-protocol',
    message: only('layer:workflow', 'layer:context', 'pkg:instrumentation'),
  },
  { file: 'primitives/src/a.ts', imports: 'winston', message: banned('layer:workflow', 'winston') },
  {
    file: 'primitives/src/a.ts',
    imports: '@opentelemetry/sdk-trace-node',
    message: banned('layer:workflow', '@opentelemetry/sdk-trace-node'),
  },
  {
    file: 'primitives/src/a.ts',
    imports: '@opentelemetry/exporter-prometheus',
    message: banned('layer:workflow', '@opentelemetry/exporter-prometheus'),
  },
  {
    file: 'primitives/src/a.spec.ts',
    imports: '@tta/obs-tracing',
    message: only('layer:workflow', 'layer:context', 'pkg:instrumentation', 'layer:support'),
  },
  {
    file: 'obs/src/a.ts',
    imports: '@tta/obs-primitives',
    message: only('layer:setup', 'layer:context', 'layer:contract', 'layer:signal'),
  },
  {
    file: 'obs/src/a.spec.ts',
    imports: '@tta/obs-primitives',
    message: only('layer:setup', 'layer:context', 'layer:contract', 'layer:signal', 'layer:support'),
  },
  {
    file: 'obs/src/a.ts',
    imports: '@tta/obs-testing',
    message: only('layer:setup', 'layer:context', 'layer:contract', 'layer:signal'),
  },
  {
    file: 'primitives/src/a.ts',
    imports: '@tta/obs-testing',
    message: only('layer:workflow', 'layer:context', 'pkg:instrumentation'),
  },
  {
    file: 'logging/src/a.spec.ts',
    imports: '@tta/obs-testing',
    message: only('layer:signal', 'layer:context', 'layer:contract'),
  },
  { file: 'server/src/a.ts', imports: '@tta/obs-testing', message: only(anyAppButCli, ...belowApps) },
  {
    file: 'testing/src/a.ts',
    imports: '@tta/obs-server',
    message: only('layer:support', 'layer:context', 'layer:contract', 'layer:signal'),
  },
  {
    file: 'testing/src/a.spec.ts',
    imports: '@tta/obs-server',
    message: only('layer:support', 'layer:context', 'layer:contract', 'layer:signal'),
  },
  { file: 'testing/src/a.ts', imports: 'winston', message: banned('pkg:testing', 'winston') },
  { file: 'web/src/a.ts', imports: '@tta/obs-context', message: only('pkg:web', 'pkg:protocol') },
  { file: 'web/src/a.ts', imports: '@tta/obs-server', message: only(anyAppButCli, ...belowApps) },
  {
    file: 'server/src/a.ts',
    imports: '@tta/obs-web/index.html',
    message: `${boundary}: Imports of apps are forbidden`,
  },
  {
    file: 'primitives/src/a.ts',
    imports: '../../context/src/index.ts',
    message: `${boundary}: Projects cannot be imported by a relative or absolute path`,
  },
  {
    file: 'context/src/a.ts',
    imports: '@tta/obs-primitives',
    message: `${boundary}: Circular dependency between "@tta/obs-context" and "@tta/obs-primitives"`,
  },
];

const allowed: readonly (readonly [file: string, imports: string])[] = [
  ['context/src/a.ts', '@opentelemetry/api'],
  ['metrics/src/a.ts', '@tta/obs-context'],
  ['metrics/src/a.ts', '@opentelemetry/exporter-prometheus'],
  ['tracing/src/a.ts', '@opentelemetry/otlp-transformer'],
  ['logging/src/a.ts', 'winston'],
  ['instrumentation/src/a.ts', '@tta/obs-context'],
  ['primitives/src/a.ts', '@tta/obs-instrumentation'],
  ['primitives/src/a.spec.ts', '@tta/obs-testing'],
  ['obs/src/a.spec.ts', '@tta/obs-testing'],
  ['server/src/a.spec.ts', '@tta/obs-testing'],
  ['testing/src/a.ts', '@tta/obs-instrumentation'],
  ['obs/src/a.ts', '@tta/obs-tracing'],
  ['server/src/a.ts', '@tta/obs-protocol'],
  ['web/src/a.ts', '@tta/obs-protocol'],
  ['cli/src/a.ts', '@tta/obs-server'],
];

const importing = (file: string, name: string) => ({
  file: `packages/${file}`,
  text: `import { thing } from '${name}';\n\nexport const same = thing;\n`,
});

describe('layers', () => {
  const found = lintTexts([
    ...refusals.map(({ file, imports }) => importing(file, imports)),
    ...allowed.map(([file, imports]) => importing(file, imports)),
  ]);

  it.each(refusals.map((refusal, index) => ({ ...refusal, index })))(
    'refuse $imports in $file',
    ({ index, message }) => {
      expect(found[index]).toEqual([expect.stringContaining(message)]);
    },
  );

  it.each(allowed.map(([file, imports], index) => ({ file, imports, index })))(
    'allow $imports in $file',
    ({ index }) => {
      expect(found[refusals.length + index]).toEqual([]);
    },
  );
});
