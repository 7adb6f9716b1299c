import { names } from '@nx/devkit';
import { createScanner, LanguageVariant, ScriptTarget, SyntaxKind } from 'typescript';
import { Refusal } from './refusal.ts';
import { standardNames } from './standard-names.ts';
import type { TemplateIdentifiers } from './template-identifiers.ts';

const kebabCase = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Files have longer names: file systems, and tools that build upon a file's name, end at 255. */
const longest = 50;

/** Devices on Windows; and what cannot lie beside a README.md where names are the same in capitals. */
const unfitForFiles = /^(readme|con|aux|nul|prn|(com|lpt)\d)$/;

/** What tools write to, or have rules of their own for. */
const foldersOfTools: ReadonlySet<string> = new Set(['coverage', 'dist', 'node_modules', 'out-tsc', 'test']);

/**
 * The name that somebody gave, if files can be called so.
 *
 * @param what - What gets the name, such as `primitive`.
 * @throws Refusal unless it is in kebab-case, begins with a letter, and is a file's name on every system.
 */
export function requireName(given: string | undefined, what: string): string {
  if (given === undefined)
    throw new Refusal(`a new ${what} needs a name: npx nx g @tta/obs-generators:${what} <name>`);
  if (given.length > longest)
    refuse(given, what, `it has ${given.length} characters, at most ${longest} will do`);
  if (unfitForFiles.test(given)) refuse(given, what, 'not every system can hold a file of that name');
  if (kebabCase.test(given)) return given;
  const likely = names(given)
    .fileName.replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-$/g, '');
  const example = kebabCase.test(likely) ? likely : 'debounce';
  return refuse(given, what, `it has to be in kebab-case and begin with a letter, such as ${example}`);
}

/** @throws Refusal when a folder of that name is for something else. */
export function requireFolderName(name: string, what: string): void {
  if (foldersOfTools.has(name)) refuse(name, what, 'tools have folders of that name; take another');
}

/**
 * Makes sure that code can use the name: for `rate-meter`, the variable `rateMeter` and the class `RateMeter`.
 *
 * @param identifiers - Those of the code that gets the name.
 * @param exported - Identifiers that the code stands beside.
 * @throws Refusal for a reserved word, for one of JavaScript's own names (a class `Promise` would hide it), and
 * for one that is taken.
 */
export function requireIdentifiers(
  name: string,
  what: string,
  { made, used }: TemplateIdentifiers,
  exported: ReadonlySet<string> = new Set(),
): void {
  const objectionTo = (identifier: string): string | undefined => {
    if (isReserved(identifier)) return `${identifier} is a reserved word`;
    if (identifier === 'then')
      return 'import() of a module that exports a function "then" calls it, and waits';
    if (used.has(identifier) || exported.has(identifier)) return `${identifier} is taken already`;
    return standardNames().has(identifier) ? `${identifier} is one of JavaScript's own` : undefined;
  };
  for (const identifier of made) {
    const objection = objectionTo(identifier);
    if (objection) refuse(name, what, `${objection}; take another`);
  }
}

function refuse(name: string, what: string, reason: string): never {
  throw new Refusal(`"${name}" is no name for ${withArticle(what)}: ${reason}`);
}

function isReserved(word: string): boolean {
  const kind = createScanner(ScriptTarget.Latest, true, LanguageVariant.Standard, word).scan();
  const isKeyword = kind >= SyntaxKind.FirstReservedWord && kind <= SyntaxKind.LastFutureReservedWord;
  // Reserved in modules and in functions.
  return isKeyword || word === 'await' || word === 'arguments';
}

const withArticle = (what: string): string => `${/^[aeiou]/i.test(what) ? 'an' : 'a'} ${what}`;
