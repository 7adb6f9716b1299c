import { Refusal } from '../refusal.ts';

/** What a package of a layer begins with: something that uses what the layer may import, and no more. */
export interface Layer {
  readonly name: string;
  /** Folder of the templates of its one concept. */
  readonly begins: 'contract' | 'listener' | 'primitive';
  /** What that concept is, for the manifest and the lists of packages. */
  readonly description: string;
  /** Folders of the packages that it imports. */
  readonly imports: readonly string[];
  /** Folders of the packages that only its specs import. */
  readonly specImports: readonly string[];
}

const contract = {
  begins: 'contract',
  description: 'a type, and the guard of what comes from outside',
  imports: [],
  specImports: [],
} as const;

const listener = {
  begins: 'listener',
  description: 'counts executions by how they ended',
  imports: ['context'],
  specImports: [],
} as const;

const primitive = {
  begins: 'primitive',
  description: 'a primitive that counts words',
  imports: ['instrumentation'],
  specImports: ['testing'],
} as const;

const layers: readonly Layer[] = [
  { name: 'context', ...contract },
  { name: 'contract', ...contract },
  { name: 'signal', ...listener },
  { name: 'workflow', ...primitive },
  { name: 'setup', ...listener },
  { name: 'support', ...listener },
  { name: 'app', ...primitive },
];

/** @throws Refusal when there is no such layer, or packages cannot be of it. */
export function requireLayer(given: string | undefined): Layer {
  const known = `${layers
    .slice(0, -1)
    .map(({ name }) => name)
    .join(', ')} or ${layers.at(-1)?.name}`;
  if (given === undefined) throw new Refusal(`a new package needs a layer: --layer ${known}`);
  if (given === 'tool') {
    throw new Refusal(
      `a tool is no package: write it to tools/<name>, tag it layer:tool and pkg:<name>, and name its folder in the workspaces of package.json`,
    );
  }
  const layer = layers.find(({ name }) => name === given);
  if (!layer) throw new Refusal(`"${given}" is no layer of a package: it is ${known}`);
  return layer;
}
