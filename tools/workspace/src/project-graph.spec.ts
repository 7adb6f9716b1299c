import { describe, expect, it } from '@jest/globals';
import { readProjects } from './manifests.ts';
import type { Project } from './manifests.ts';

/** The tags of what each layer may depend on. */
const allowedTags: Readonly<Record<string, readonly string[]>> = {
  'layer:context': [],
  'layer:contract': [],
  'layer:signal': ['layer:context', 'layer:contract'],
  'layer:workflow': ['layer:context', 'pkg:instrumentation'],
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

/** Layers whose specs may build on `testing`, which builds on what is below them. */
const withSupport = ['layer:workflow', 'layer:setup', 'layer:app'];

/** The packages of the workspace that its sources build on. */
function dependenciesOf({ manifest }: Project): readonly string[] {
  const { dependencies, peerDependencies, optionalDependencies } = manifest;
  return own({ ...dependencies, ...peerDependencies, ...optionalDependencies });
}

/** Those that only its specs or a bundler build on. */
function devDependenciesOf({ manifest }: Project): readonly string[] {
  return own(manifest.devDependencies ?? {});
}

function own(ranges: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(ranges)
    .filter((name) => byName.has(name))
    .toSorted();
}

/** Those of the packages that have none of the tags. */
function without(tags: readonly string[], names: readonly string[]): readonly string[] {
  return names.filter((name) => !projectOf(name).manifest.nx?.tags?.some((tag) => tags.includes(tag)));
}

function projectOf(name: string): Project {
  const project = byName.get(name);
  if (!project) throw new Error(`there is no ${name}`);
  return project;
}

describe('project graph', () => {
  it.each(projects.map((project) => ({ project, folder: project.folder })))(
    'gives $folder one layer and the tag of its folder',
    ({ project, folder }) => {
      const layers = tagsOf(project, 'layer:');
      expect(layers).toHaveLength(1);
      expect(Object.keys(allowedTags)).toContain(layers[0]);
      expect(tagsOf(project, 'pkg:')).toEqual([`pkg:${folder.split('/').at(-1)}`]);
    },
  );

  it.each(projects.map((project) => ({ project, folder: project.folder })))(
    'lets $folder depend on lower layers alone',
    ({ project }) => {
      const [layer = ''] = tagsOf(project, 'layer:');
      const isCli = project.manifest.name === '@tta/obs-cli';
      const allowed = [...(allowedTags[layer] ?? []), ...(isCli ? ['layer:app'] : [])];
      expect(without(allowed, dependenciesOf(project))).toEqual([]);
      if (withSupport.includes(layer)) allowed.push('layer:support');
      expect(without(allowed, devDependenciesOf(project))).toEqual([]);
    },
  );

  it('keeps primitives on context and instrumentation alone', () => {
    expect(dependenciesOf(projectOf('@tta/obs-primitives'))).toEqual([
      '@tta/obs-context',
      '@tta/obs-instrumentation',
    ]);
  });

  it('keeps instrumentation on context alone', () => {
    expect(dependenciesOf(projectOf('@tta/obs-instrumentation'))).toEqual(['@tta/obs-context']);
  });

  it('keeps the page on the protocol alone', () => {
    const web = projectOf('@tta/obs-web');
    expect([...dependenciesOf(web), ...devDependenciesOf(web)]).toEqual(['@tta/obs-protocol']);
  });
});
