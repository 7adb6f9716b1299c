import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { dataDirectory } from '../data-directory.ts';
import { inheritedContext } from '../inherited-context.ts';
import { readEnvironment } from './read-environment.ts';
import type { Environment } from './variables.ts';

const page = readFileSync(new URL('../../../../docs/environment.md', import.meta.url), 'utf8');
const [read = '', notRead = ''] = page.split('## Not read');

/** The variables in the first column of the tables. */
function listed(text: string): string[] {
  const cells = text.split('\n').filter((line) => line.startsWith('| `'));
  return cells.flatMap((line) =>
    [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
}

/** The variables that are asked for, whatever their values are. */
function askedFor(): Set<string> {
  const names = new Set<string>();
  // TRACESTATE is nothing without it.
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const get = (_: object, name: string | symbol): string | undefined => {
    names.add(String(name));
    return name === 'TRACEPARENT' ? traceparent : undefined;
  };
  const env: Environment = new Proxy({}, { get });
  readEnvironment(env);
  inheritedContext(env);
  for (const platform of ['linux', 'win32', 'darwin'] as const) {
    dataDirectory({ platform, env, homeDirectory: undefined });
  }
  return names;
}

describe('docs/environment.md', () => {
  const warnedOf = ['OTEL_CONFIG_FILE', 'OTEL_EXPERIMENTAL_CONFIG_FILE'];

  it('lists every variable that is read, once, and no other', () => {
    expect(listed(read).sort()).toEqual([...askedFor()].filter((name) => !warnedOf.includes(name)).sort());
  });

  it('lists as not read what is not read, but for those that it warns of', () => {
    const names = listed(notRead);
    expect(names).toEqual(expect.arrayContaining(warnedOf));
    const isAskedFor = (name: string): boolean =>
      [...askedFor()].some(
        (asked) => asked === name || (name.endsWith('*') && asked.startsWith(name.slice(0, -1))),
      );
    expect(names.filter((name) => !warnedOf.includes(name) && isAskedFor(name))).toEqual([]);
  });
});
