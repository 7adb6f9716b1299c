import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createTree } from '@nx/devkit/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readTemplates, writeNewFiles } from './new-files.ts';
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
    template('src/__name__.spec.ts.template', "import { <%= one %> } from './<%= name %>.ts';\n");
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

  it('are not written over each other', () => {
    const tree = createTree();
    const substitutions = { name: 'a', one: 'a' };
    template('src/a.ts.template', '');
    expect(() => writeNewFiles(tree, folder, substitutions)).toThrow(
      new Refusal('two files would be src/a.ts; take another name'),
    );
    expect(tree.exists('src')).toBe(false);
  });

  it('are read by their paths', () => {
    expect(readTemplates(folder).get('src/__name__.spec.ts.template')).toBe(
      "import { <%= one %> } from './<%= name %>.ts';\n",
    );
  });
});
