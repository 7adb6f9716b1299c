import { describe, expect, it } from '@jest/globals';
import { readProjects } from './manifests.ts';
import type { Project } from './manifests.ts';

const allowedLayers: Readonly<Record<string, readonly string[]>> = {
  'layer:context': [],
  'layer:contract': [],
  'layer:signal': ['layer:context', 'layer:contract'],
  'layer:workflow': ['layer:context', 'layer:signal'],
  'layer:setup': ['layer:context', 'layer:contract', 'layer:signal'],
  'layer:support': ['layer:context', 'layer:contract', 'layer:signal'],
  'layer:app': ['layer:context', 'layer:contract', 'layer:signal', 'layer:workflow', 'layer:setup'],
  'layer:tool': [
    'layer:context',
    'layer:contract',
    'layer:signal',
    'layer:workflow',
    'layer:setup',
    'layer:support',
    'layer:app',
  ],
};

const projects = readProjects();
const byName = new Map(projects.map((project) => [project.manifest.name, project]));

const tagsOf = ({ manifest }: Project, prefix: string) =>
  (manifest.nx?.tags ?? []).filter((tag) => tag.startsWith(prefix));

function dependenciesOf({ manifest }: Project): readonly string[] {
  const { dependencies, devDependencies, peerDependencies, optionalDependencies } = manifest;
  return Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies, ...optionalDependencies })
    .filter((name) => byName.has(name))
    .toSorted();
}

function dependencyNames(name: string): readonly string[] {
  const project = byName.get(name);
  return project === undefined ? [] : dependenciesOf(project);
}

describe('project graph', () => {
  it.each(projects.map((project) => ({ project, folder: project.folder })))(
    'gives $folder one layer and the tag of its folder',
    ({ project, folder }) => {
      const layers = tagsOf(project, 'layer:');
      expect(layers).toHaveLength(1);
      expect(Object.keys(allowedLayers)).toContain(layers[0]);
      expect(tagsOf(project, 'pkg:')).toEqual([`pkg:${folder.split('/').at(-1)}`]);
    },
  );

  it.each(projects.map((project) => ({ project, folder: project.folder })))(
    'lets $folder depend on lower layers alone',
    ({ project }) => {
      const [layer] = tagsOf(project, 'layer:');
      const isCli = project.manifest.name === '@tta/obs-cli';
      const allowed = [...(allowedLayers[layer ?? ''] ?? []), ...(isCli ? ['layer:app'] : [])];
      const layersBelow = dependenciesOf(project).flatMap((name) => {
        const target = byName.get(name);
        return target === undefined ? [] : tagsOf(target, 'layer:');
      });
      expect(layersBelow.filter((below) => !allowed.includes(below))).toEqual([]);
    },
  );

  it('keeps primitives on context and instrumentation alone', () => {
    expect(dependencyNames('@tta/obs-primitives')).toEqual(['@tta/obs-context', '@tta/obs-instrumentation']);
  });

  it('keeps instrumentation on context alone', () => {
    expect(dependencyNames('@tta/obs-instrumentation')).toEqual(['@tta/obs-context']);
  });

  it('keeps the page on the protocol alone', () => {
    expect(dependencyNames('@tta/obs-web')).toEqual(['@tta/obs-protocol']);
  });
});
