import {
  formatFiles,
  type GeneratorCallback,
  getProjects,
  installPackagesTask,
  names,
  type Tree,
} from '@nx/devkit';
import { requireIdentifiers, requireName } from '../name.ts';
import { writeNewFiles } from '../new-files.ts';
import { Refusal } from '../refusal.ts';
import { requireLayer } from './layer.ts';
import { writeProjectFiles } from './project-files.ts';
import { enterPackage } from './workspace-entries.ts';

/** What the templates call otherwise. */
const taken = new Set(
  (
    'describe expect it lambda matchers observed onExecution ' +
    'status trace ExecutionListener ExecutionResult ExecutionStatus InstrumentedPrimitive RunScope'
  ).split(' '),
);

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
  requireIdentifiers(name, 'package', taken);
  requireNew(tree, name);
  const { propertyName, className } = names(name);
  for (const templates of ['all', layer.begins]) {
    writeNewFiles(tree, `${import.meta.dirname}/files/${templates}`, { name, propertyName, className });
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
