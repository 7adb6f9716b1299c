import type { AttributeJson, AttributesJson } from '@tta/obs-protocol';

export interface AttributeEntry {
  readonly key: string;
  readonly value: AttributeJson;
}

export interface AttributeGroup {
  readonly title: string;
  readonly entries: readonly AttributeEntry[];
}

/** Which group a key belongs to, by its first part; what is not named here is the program's own. */
const GROUPS: readonly (readonly [title: string, prefixes: readonly string[]])[] = [
  ['Error', ['error', 'exception']],
  [
    'Step',
    ['primitive', 'step', 'execution', 'input', 'output', 'retry', 'recovery', 'decision', 'loop', 'cache'],
  ],
  ['Model', ['llm', 'gen_ai', 'ai', 'cost', 'openinference', 'traceloop', 'langfuse', 'langsmith', 'mastra']],
  ['Run', ['workflow', 'agent', 'session', 'user', 'request', 'correlation', 'causation', 'tag', 'baggage']],
  ['Network', ['http', 'url', 'server', 'client', 'network', 'rpc', 'db', 'messaging', 'net']],
];
const OWN = "The program's own";

/** Attributes in groups of a fixed order, each sorted by key; the program's own come first. */
export function groupAttributes(attributes: AttributesJson): readonly AttributeGroup[] {
  const groups = new Map<string, AttributeEntry[]>(
    [OWN, ...GROUPS.map(([title]) => title)].map((t) => [t, []]),
  );
  for (const [key, value] of Object.entries(attributes)) {
    const prefix = key.split('.', 1)[0] as string;
    const title = GROUPS.find(([, prefixes]) => prefixes.includes(prefix))?.[0] ?? OWN;
    groups.get(title)?.push({ key, value });
  }
  return [...groups]
    .filter(([, entries]) => entries.length > 0)
    .map(([title, entries]) => ({ title, entries: sorted(entries) }));
}

/** All attributes, sorted by key. */
export function attributeEntries(attributes: AttributesJson): readonly AttributeEntry[] {
  return sorted(Object.entries(attributes).map(([key, value]) => ({ key, value })));
}

/** Those whose key or value has a text in it, in any case. */
export function filterGroups(groups: readonly AttributeGroup[], sought: string): readonly AttributeGroup[] {
  const text = sought.trim().toLowerCase();
  if (text === '') return groups;
  return groups
    .map(({ title, entries }) => ({
      title,
      entries: entries.filter(
        ({ key, value }) =>
          key.toLowerCase().includes(text) || attributeText(value).toLowerCase().includes(text),
      ),
    }))
    .filter(({ entries }) => entries.length > 0);
}

/** A value as it is copied: text as it is, everything else as JSON. */
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

function sorted(entries: readonly AttributeEntry[]): readonly AttributeEntry[] {
  return entries.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}
