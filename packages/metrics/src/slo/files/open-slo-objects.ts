import { FileNode } from './file-node.ts';
import { openSloVersion } from './open-slo-format.ts';

const kinds = [
  'SLO',
  'SLI',
  'AlertPolicy',
  'AlertCondition',
  'Service',
  'DataSource',
  'AlertNotificationTarget',
] as const;

/** The objects of an OpenSLO file, which refer to one another by kind and name. */
export class OpenSloObjects {
  readonly #byKind = new Map<string, Map<string, FileNode>>();
  readonly #used = new Set<FileNode>();

  /** @throws InvalidOptionError (`OBS_ERR_INVALID_OPTION`) when one is no object of OpenSLO v1 or is there twice. */
  constructor(values: readonly unknown[]) {
    for (const value of values) {
      const version = new FileNode(value, 'an object of the OpenSLO file').field('apiVersion');
      if (version.value !== openSloVersion)
        version.refuse(`give ${openSloVersion}, the one version that can be read`);
      const kind = new FileNode(value, 'an object of the OpenSLO file').field('kind');
      const known =
        kinds.find((name) => name === kind.value) ?? kind.refuse(`give one of ${kinds.join(', ')}`);
      const name = new FileNode(value, `an object of the kind ${known}`)
        .field('metadata')
        .field('name')
        .text();
      const node = new FileNode(value, `${known} "${name}"`);
      node.ignore('apiVersion', 'kind');
      const named = this.#byKind.get(known) ?? new Map<string, FileNode>();
      if (named.has(name)) node.field('metadata').field('name').refuse('rename one of the two');
      this.#byKind.set(known, named.set(name, node));
    }
  }

  all(kind: (typeof kinds)[number]): FileNode[] {
    return [...(this.#byKind.get(kind)?.values() ?? [])];
  }

  /** The SLI of an SLO, in it or referred to. */
  indicator(spec: FileNode): FileNode {
    const inline = spec.field('indicator');
    const reference = spec.field('indicatorRef');
    if (inline.isAbsent === reference.isAbsent) return spec.refuse('give either indicator or indicatorRef');
    const node = reference.isAbsent
      ? inline
      : (this.#named('SLI', reference.text()) ??
        reference.refuse('put the SLI of that name into the same file'));
    node.field('metadata').ignore('name', 'displayName');
    return node;
  }

  /** The alert policies of an SLO: each in it, or referred to by an object or by its bare name. */
  policies(list: FileNode, warnings: string[]): FileNode[] {
    if (list.isAbsent) return [];
    return list.list('give a list of alert policies').flatMap((entry) => {
      const reference = typeof entry.value === 'string' ? entry : entry.field('alertPolicyRef');
      if (reference.isAbsent) return [entry];
      const named = this.#named('AlertPolicy', reference.text());
      if (!named) warnings.push(reference.remark(`the AlertPolicy "${reference.text()}" is not in the file`));
      return named ? [named] : [];
    });
  }

  /** The one condition of a policy, in it or referred to. */
  condition(policy: FileNode): FileNode {
    const conditions = policy.field('spec').field('conditions');
    const [condition, ...others] = conditions.list('give a list with one condition');
    if (!condition || others.length > 0) return conditions.refuse('give one condition');
    const reference = condition.field('conditionRef');
    if (reference.isAbsent) return condition;
    return (
      this.#named('AlertCondition', reference.text()) ??
      reference.refuse('put the AlertCondition of that name into the same file')
    );
  }

  /** What was never asked for in what SLOs refer to, in words; nobody asks for services, sources and targets. */
  leftovers(): string[] {
    const referredTo = (['SLI', 'AlertPolicy', 'AlertCondition'] as const).flatMap((kind) => this.all(kind));
    return referredTo.flatMap((node) =>
      this.#used.has(node) ? node.leftovers() : [node.remark('no SLO of the file refers to it')],
    );
  }

  #named(kind: (typeof kinds)[number], name: string): FileNode | undefined {
    const node = this.#byKind.get(kind)?.get(name);
    if (node) this.#used.add(node);
    return node;
  }
}
