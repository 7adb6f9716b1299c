import {
  formatFiles,
  type GeneratorCallback,
  getProjects,
  installPackagesTask,
  names,
  type Tree,
} from '@nx/devkit';
import { requireFolderName, requireIdentifiers, requireName } from '../name.ts';
import { readTemplates, writeNewFiles } from '../new-files.ts';
import { Refusal } from '../refusal.ts';
import { templateIdentifiers } from '../template-identifiers.ts';
import { requireLayer } from './layer.ts';
import { writeProjectFiles } from './project-files.ts';
import { enterPackage } from './workspace-entries.ts';

export interface PackageOptions {
  readonly name?: string;
  readonly layer?: string;
  readonly skipInstall?: boolean;
}

/**
 * Writes a package with one concept, and enters it where the workspace lists its packages.
 *
 * @returns Links the package and enters it in the lock file: runs `npm install`, once the files are written.
 */
export async function packageGenerator(tree: Tree, options: PackageOptions): Promise<GeneratorCallback> {
  const name = requireName(options.name, 'package');
  const layer = requireLayer(options.layer);
  requireFolderName(name, 'package');
  const { propertyName, className } = names(name);
  const substitutions = { name, propertyName, className };
  const concept = `${import.meta.dirname}/files/${layer.begins}`;
  requireIdentifiers(name, 'package', templateIdentifiers(readTemplates(concept), substitutions));
  requireNew(tree, name);
  for (const templates of [concept, `${import.meta.dirname}/files/all`]) {
    writeNewFiles(tree, templates, substitutions);
  }
  writeProjectFiles(tree, name, layer);
  enterPackage(tree, name, layer);
  await formatFiles(tree);
  return () => {
    if (!options.skipInstall) installPackagesTask(tree, true);
  };
}

function requireNew(tree: Tree, name: string): void {
  const project = getProjects(tree).get(`@tta/obs-${name}`);
  const folder = project?.root ?? `packages/${name}`;
  if (project || tree.exists(folder)) throw new Refusal(`there is a ${folder} already; take another name`);
}
