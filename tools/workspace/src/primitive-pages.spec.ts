import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { workspaceRoot } from './workspace-root.ts';

const read = (file: string): string => readFileSync(join(workspaceRoot, file), 'utf8');
const filesIn = (folder: string, form: RegExp): string[] =>
  readdirSync(join(workspaceRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => form.test(file))
    .map((file) => `${folder}/${file}`);
/** What a pattern finds in brackets. */
const found = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].flatMap(([, part]) => part ?? []);

const pages = filesIn('docs/primitives', /\.md$/);

/** Without specs, which may name what is not there. */
const sources = ['context', 'instrumentation', 'primitives']
  .flatMap((folder) => filesIn(`packages/${folder}/src`, /(?<!\.spec)\.ts$/))
  .map(read)
  .join('\n');
const literals = found(sources, /'([\w.]+)'/g);
/** The words of a field that is one of several: `readonly outcome: 'hit' | 'miss'`. */
const wordsOf = (field: string): string[] =>
  found(sources, new RegExp(`\\breadonly ${field}: ((?:'\\w+'(?: \\| )?)+);`, 'g')).flatMap((union) =>
    found(union, /'(\w+)'/g),
  );
/** Names of spans and events that the sources put together. */
const composed = [
  ...wordsOf('outcome').map((outcome) => `cache.${outcome}`),
  ...wordsOf('state').map((state) => `circuit.${state}`),
  ...found(sources, /\bkind: '(\w+)'/g).map((kind) => `recovery.${kind}`),
  ...found(sources, /\btype: '(\w+)'/g).map((type) => `primitive.${type}.execute`),
  ...found(sources, /\btype: ('\w+', action: '\w+)'/g).map(
    (both) => `primitive.${both.slice(1).replace("', action: '", '.')}`,
  ),
];
const known = new Set([...literals, ...composed]);

describe.each([...pages, 'packages/primitives/README.md'])('%s', (document) => {
  const code = found(read(document).replaceAll(/^```.*?^```$/gms, ''), /`([^`\n]+)`/g);

  it('names codes of errors, attributes, events and metrics that the sources have', () => {
    const names = code
      .flatMap((text) => /^(OBS_ERR_\w+|[a-z_]+(?:\.[a-z_]+)+)(?:=\w+)?$/.exec(text)?.[1] ?? [])
      // What a step is given, no telemetry.
      .filter((name) => !name.startsWith('scope.'));
    expect(names).not.toEqual([]);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });
});

/** Each option of a primitive and what its comment says of its default. */
function optionsInSource(primitive: string): Record<string, string> {
  const folder = 'packages/primitives/src';
  const places = [`${primitive}/${primitive}-options.ts`, `${primitive}/${primitive}.ts`].map(
    (place) => `${folder}/${place}`,
  );
  const inFolder = places.find((place) => existsSync(join(workspaceRoot, place)));
  const file = inFolder ?? `${folder}/${primitive}.ts`;
  const { statements } = ts.createSourceFile(file, read(file), ts.ScriptTarget.ES2022, true);
  const options = statements
    .filter(ts.isInterfaceDeclaration)
    .filter(({ name }) => name.text.endsWith('Options'));
  return Object.fromEntries(
    options
      .flatMap(({ members }) => [...members])
      .map((member) => {
        const tag = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === 'defaultValue');
        const said = ts.getTextOfJSDocComment(tag?.comment) ?? 'none';
        return [
          member.name?.getText() ?? '',
          member.questionToken ? said.replace(/^the /, '') : 'has to be given',
        ];
      }),
  );
}

/** Each option of a page and what its table says of its default. */
function optionsOnPage(page: string): Record<string, string> {
  const section = /^## Options\n(.*?)^## /ms.exec(read(page))?.[1] ?? '';
  const rows = section.matchAll(/^\| `(\w+)` *\|[^|]*\| (.*?) *\|/gm);
  return Object.fromEntries([...rows].map(([, name = '', value = '']) => [name, value.replaceAll('`', '')]));
}

describe.each(pages.filter((page) => !page.endsWith('README.md')))('the options on %s', (page) => {
  it('are those of the source, with their defaults', () => {
    const onPage = optionsOnPage(page);
    const inSource = optionsInSource(page.replace(/.*\/(.*)\.md$/, '$1'));
    for (const [name, value] of Object.entries(onPage)) {
      if (value === 'see below' && name in inSource) inSource[name] = value;
    }
    expect(onPage).toEqual(inSource);
  });
});
