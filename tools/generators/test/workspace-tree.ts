import { FsTree } from 'nx/src/generators/tree';
import { realRoot } from './temporary-workspace.ts';

/** This workspace as generators see it; what they write stays in memory. */
export function workspaceTree(): FsTree {
  return new FsTree(realRoot, false);
}
