import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createTree } from '@nx/devkit/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { importedNames, writeNewFiles } from './new-files.ts';
import { Refusal } from './refusal.ts';

describe('templates', () => {
  let folder: string;
  const template = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tta-templates-'));
    template('src/__name__.ts.template', "import { a, type B } from 'c';\nexport const <%= one %> = a;\n");
    template(
      'src/__name__.spec.ts.template',
      "import type {\n  D,\n} from 'd';\nimport * as all from 'e';\nimport { <%= one %> } from './<%= name %>.ts';\n",
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are filled in, in paths and texts', () => {
    const tree = createTree();
    writeNewFiles(tree, folder, { name: 'two-words', one: 'twoWords' });
    expect(tree.children('src')).toEqual(['two-words.spec.ts', 'two-words.ts']);
    expect(tree.read('src/two-words.ts', 'utf8')).toBe(
      "import { a, type B } from 'c';\nexport const twoWords = a;\n",
    );
  });

  it('are not written over a file that is there', () => {
    const tree = createTree();
    tree.write('src/two-words.spec.ts', 'mine');
    expect(() => writeNewFiles(tree, folder, { name: 'two-words', one: 'twoWords' })).toThrow(
      new Refusal('there is a src/two-words.spec.ts already; take another name, or remove it first'),
    );
    expect(tree.children('src')).toEqual(['two-words.spec.ts']);
  });

  it('tell the names that they import', () => {
    expect(importedNames(folder)).toEqual(expect.arrayContaining(['a', 'B', 'D']));
    expect(importedNames(folder)).not.toContain('all');
  });
});
