import { join } from 'node:path';
import nx from '@nx/eslint-plugin';
import * as jsoncParser from 'jsonc-eslint-parser';
import tseslint from 'typescript-eslint';

/**
 * ESLint holds what needs the Nx project graph (layers, declared dependencies) and the few house rules on
 * side effects, time and environment. Everything else is oxlint's (`.oxlintrc.json`).
 */

const api = '@opentelemetry/api';
const below = {
  signal: ['layer:context', 'layer:contract'],
  setup: ['layer:context', 'layer:contract', 'layer:signal'],
  app: ['layer:context', 'layer:contract', 'layer:signal', 'layer:workflow', 'layer:setup'],
};

/** What each layer and package may import. All constraints that match a project must hold. */
function layerConstraints({ alsoSupport }) {
  const support = alsoSupport ? ['layer:support'] : [];
  return [
    { sourceTag: 'layer:context', onlyDependOnLibsWithTags: [] },
    { sourceTag: 'layer:contract', onlyDependOnLibsWithTags: [] },
    { sourceTag: 'layer:signal', onlyDependOnLibsWithTags: below.signal },
    { sourceTag: 'pkg:instrumentation', onlyDependOnLibsWithTags: ['layer:context'] },
    {
      sourceTag: 'layer:workflow',
      onlyDependOnLibsWithTags: ['layer:context', 'pkg:instrumentation', ...support],
    },
    { sourceTag: 'layer:setup', onlyDependOnLibsWithTags: [...below.setup, ...support] },
    { sourceTag: 'layer:support', onlyDependOnLibsWithTags: below.setup },
    // One app reaches another only through the protocol; the command line alone starts the others.
    {
      allSourceTags: ['layer:app', '/^pkg:(?!cli$)/'],
      onlyDependOnLibsWithTags: [...below.app, ...support],
    },
    { sourceTag: 'pkg:cli', onlyDependOnLibsWithTags: [...below.app, ...support, 'layer:app'] },
    { sourceTag: 'pkg:web', onlyDependOnLibsWithTags: ['pkg:protocol', ...support] },
    { sourceTag: 'layer:tool', onlyDependOnLibsWithTags: ['/^layer:(?!tool$)/'] },
  ];
}

/** Which npm packages the sources of a library may import; specs are free in their choice of doubles. */
const externalConstraints = [
  { sourceTag: 'layer:context', allowedExternalImports: [api] },
  { sourceTag: 'layer:contract', allowedExternalImports: [] },
  { sourceTag: 'layer:workflow', allowedExternalImports: [api] },
  { sourceTag: 'layer:setup', allowedExternalImports: [api] },
  { sourceTag: 'pkg:instrumentation', allowedExternalImports: [api] },
  {
    sourceTag: 'pkg:tracing',
    allowedExternalImports: [
      api,
      '@opentelemetry/context-async-hooks',
      '@opentelemetry/core',
      '@opentelemetry/propagator-b3',
      '@opentelemetry/resources',
      '@opentelemetry/sdk-trace-node',
      '@opentelemetry/exporter-trace-otlp-*',
      '@opentelemetry/otlp-transformer',
    ],
  },
  {
    sourceTag: 'pkg:metrics',
    allowedExternalImports: [
      api,
      '@opentelemetry/resources',
      '@opentelemetry/sdk-metrics',
      '@opentelemetry/exporter-prometheus',
      '@opentelemetry/exporter-metrics-otlp-*',
      '@pydantic/genai-prices',
      'hdr-histogram-js/dist/*',
      'yaml',
    ],
  },
  {
    sourceTag: 'pkg:logging',
    allowedExternalImports: [
      api,
      '@opentelemetry/api-logs',
      '@opentelemetry/resources',
      '@opentelemetry/sdk-logs',
      '@opentelemetry/exporter-logs-otlp-*',
      'winston',
    ],
  },
  {
    sourceTag: 'pkg:testing',
    allowedExternalImports: [
      api,
      '@grpc/grpc-js',
      '@jest/globals',
      '@opentelemetry/context-async-hooks',
      '@opentelemetry/sdk-trace-node',
      'expect',
      'protobufjs',
      'vitest',
    ],
  },
];

const boundaries = (depConstraints) => ({
  '@nx/enforce-module-boundaries': [
    'error',
    { allow: ['^.*/eslint\\.config\\.mjs$', '^.*/jest\\.preset\\.mjs$'], depConstraints },
  ],
});

const exportAll = {
  selector: 'ExportAllDeclaration',
  message: 'Name what you export: `export *` hides what a package offers.',
};
const sideEffects = [
  {
    selector: 'Program > ExpressionStatement:not([directive])',
    message: 'A library does nothing on import: move this into a function.',
  },
  {
    selector: 'ImportDeclaration[specifiers.length=0]',
    message: 'A library does nothing on import: do not import a module for its side effects.',
  },
];
const wallClock = {
  selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
  message: 'Take the time from the Clock you are given.',
};

const clockMessage = 'Take the time from the Clock you are given.';
const randomMessage = 'Take random numbers from the Random you are given.';
const envMessage = 'Libraries take options; only @tta/obs reads the environment.';
const timers = ['setTimeout', 'setInterval', 'setImmediate'];

/** Time, chance and environment come in through interfaces, so that every library runs under a manual clock. */
const nothingAmbient = {
  'no-restricted-properties': [
    'error',
    { object: 'process', property: 'env', message: envMessage },
    { object: 'Date', property: 'now', message: clockMessage },
    { object: 'performance', property: 'now', message: clockMessage },
    { object: 'performance', property: 'timeOrigin', message: clockMessage },
    { object: 'process', property: 'hrtime', message: clockMessage },
    { object: 'Math', property: 'random', message: randomMessage },
    ...timers.map((property) => ({ object: 'globalThis', property, message: clockMessage })),
  ],
  'no-restricted-globals': ['error', ...timers.map((name) => ({ name, message: clockMessage }))],
  'no-restricted-imports': [
    'error',
    {
      paths: [
        { name: 'node:timers', message: clockMessage },
        { name: 'node:timers/promises', message: clockMessage },
        { name: 'node:perf_hooks', message: clockMessage },
        { name: 'node:process', importNames: ['env', 'hrtime'], message: envMessage },
      ],
    },
  ],
};

const packagesFolder = join(import.meta.dirname, 'packages');
/** Specs, and what only specs use. */
const specs = ['**/*.spec.ts', '**/*.spec.tsx', '**/test/**/*.ts'];
const ambientFree = 'context,protocol,tracing,metrics,logging,instrumentation,primitives';

export default [
  { ignores: ['**/dist', '**/out-tsc', '**/coverage', '**/.nx', '**/.cache'] },
  // A directive that ESLint does not need may be oxlint's.
  { linterOptions: { reportUnusedDisableDirectives: 'off' } },
  { plugins: { '@nx': nx } },
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.mjs', '**/*.js'],
    languageOptions: { parser: tseslint.parser },
    rules: {
      ...boundaries([...layerConstraints({ alsoSupport: false }), ...externalConstraints]),
      'no-restricted-syntax': ['error', exportAll],
    },
  },
  { files: specs, rules: boundaries(layerConstraints({ alsoSupport: true })) },
  {
    basePath: packagesFolder,
    files: [`{${ambientFree},obs,testing}/src/**/*.ts`],
    ignores: specs,
    rules: { 'no-restricted-syntax': ['error', exportAll, ...sideEffects] },
  },
  {
    basePath: packagesFolder,
    files: [`{${ambientFree}}/src/**/*.ts`],
    ignores: [...specs, 'context/src/{clock,manual-clock,random}.ts'],
    rules: {
      'no-restricted-syntax': ['error', exportAll, ...sideEffects, wallClock],
      ...nothingAmbient,
    },
  },
];

/** Every import is declared, everything declared is imported, and the range holds the installed version. */
export const dependencyChecks = {
  files: ['**/package.json'],
  plugins: { '@nx': nx },
  languageOptions: { parser: jsoncParser },
  rules: {
    '@nx/dependency-checks': [
      'error',
      {
        ignoredFiles: [
          '{projectRoot}/*.config.{js,mjs,ts}',
          '{projectRoot}/**/*.spec.{ts,tsx}',
          '{projectRoot}/test/**',
          '{projectRoot}/bench/**',
        ],
        ignoredDependencies: [
          // Every package shares the user's copy, also one that reaches it through another package.
          '@opentelemetry/api',
          // Served as files, not imported.
          '@tta/obs-web',
          // Loaded only where Node has no SQLite of its own.
          'libsql',
        ],
      },
    ],
  },
};
