import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FsTree, flushChanges } from 'nx/src/generators/tree.js';
import { TemporaryWorkspace } from '../../test/temporary-workspace.ts';
import { packageGenerator } from './generator.ts';

let ws: TemporaryWorkspace;
beforeAll(() => {
  ws = new TemporaryWorkspace();
});
afterAll(() => ws.remove());

describe('x', () => {
  it('y', async () => {
    const tree = new FsTree(ws.root, false);
    console.time('gen');
    await packageGenerator(tree, { name: 'quotas', layer: 'signal', skipInstall: true });
    flushChanges(ws.root, tree.listChanges());
    console.timeEnd('gen');
    console.log(ws.read('packages/quotas/package.json'), ws.read('eslint.config.mjs').slice(2500, 4000));
  });
});
