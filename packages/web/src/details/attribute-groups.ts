import type { AttributeJson, AttributesJson } from '@tta/obs-protocol';

export interface AttributeEntry {
  readonly key: string;
  readonly text: string;
}

export interface AttributeGroup {
  readonly title: string;
  readonly entries: readonly AttributeEntry[];
}

/** Which group a key belongs to, by its first part; what is not named here is the program's own. */
const GROUPS: readonly (readonly [title: string, prefixes: readonly string[]])[] = [
  ['Error', ['error', 'exception']],
  ['Step', ['primitive', 'step', 'execution', 'input', 'output']],
  ['Model', ['llm', 'gen_ai', 'cost']],
  ['Run', ['workflow', 'agent', 'session', 'user', 'request', 'correlation', 'causation', 'tag', 'baggage']],
  ['Network', ['http', 'url', 'server', 'client', 'network', 'rpc', 'db', 'messaging']],
];
const OWN = 'Attributes';

/** Attributes in groups of a fixed order, each sorted by key; the program's own come first. */
export function groupAttributes(attributes: AttributesJson): readonly AttributeGroup[] {
  const groups = new Map<string, AttributeEntry[]>(
    [OWN, ...GROUPS.map(([title]) => title)].map((t) => [t, []]),
  );
  for (const [key, value] of Object.entries(attributes)) {
    const prefix = key.split('.', 1)[0] as string;
    const title = GROUPS.find(([, prefixes]) => prefixes.includes(prefix))?.[0] ?? OWN;
    groups.get(title)?.push({ key, text: attributeText(value) });
  }
  return [...groups]
    .filter(([, entries]) => entries.length > 0)
    .map(([title, entries]) => ({ title, entries: entries.sort((a, b) => (a.key < b.key ? -1 : 1)) }));
}

/** A value as it is shown and copied: text as it is, everything else as JSON. */
export function attributeText(value: AttributeJson): string {
  return typeof value === 'string'
    ? value
    : JSON.stringify(value, undefined, isNested(value) ? 2 : undefined);
}

function isNested(value: AttributeJson): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).some((inner) => typeof inner === 'object')
  );
}
