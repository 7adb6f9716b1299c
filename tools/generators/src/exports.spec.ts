import { createTree } from '@nx/devkit/testing';
import { describe, expect, it } from '@jest/globals';
import { addExport, exportedNames } from './exports.ts';

const index = `// Of this package.
export { fallback, FallbackError } from './fallback.ts';
export {
  sequential,
  type Sequential,
} from './sequential.ts';
export type { AnyStep } from './steps/any-step.ts';
// Of another one.
export { named as called } from '@tta/obs-instrumentation';
const own = 1;
export { own };
`;

describe('exportedNames', () => {
  it('are those of values and types, as they are called outside', () => {
    expect([...exportedNames(`${index}export * from './all.ts';\n`)]).toEqual([
      'fallback',
      'FallbackError',
      'sequential',
      'Sequential',
      'AnyStep',
      'called',
      'own',
    ]);
  });
});

describe('addExport', () => {
  const added = (source: string, file: string): string[] => {
    const tree = createTree();
    tree.write('index.ts', source);
    addExport(tree, 'index.ts', file, ['it', 'type It']);
    return (tree.read('index.ts', 'utf8') ?? '').split('\n');
  };

  it.each([
    { file: 'debounce.ts', after: undefined },
    { file: 'race.ts', after: "export { fallback, FallbackError } from './fallback.ts';" },
    { file: 'sequential-signatures.ts', after: "} from './sequential.ts';" },
    { file: 'steps/step.ts', after: "export type { AnyStep } from './steps/any-step.ts';" },
    { file: 'timeout.ts', after: "export type { AnyStep } from './steps/any-step.ts';" },
  ])('puts $file in the order of the files', ({ file, after }) => {
    const lines = added(index, file);
    const line = `export { it, type It } from './${file}';`;
    expect(lines[lines.indexOf(line) - 1]).toBe(after);
    expect(lines.filter((other) => other !== line)).toEqual(index.split('\n'));
  });

  it('begins an index that is empty', () => {
    expect(added('', 'a.ts')).toEqual(["export { it, type It } from './a.ts';", '']);
  });
});
