import { names } from '@nx/devkit';
import { createScanner, LanguageVariant, ScriptTarget, SyntaxKind } from 'typescript';
import { Refusal } from './refusal.ts';

const kebabCase = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * The name that somebody gave, if files can be called so.
 *
 * @param what - What gets the name, such as `primitive`.
 * @throws Refusal unless it is in kebab-case and begins with a letter.
 */
export function requireName(given: string | undefined, what: string): string {
  if (given === undefined)
    throw new Refusal(`a new ${what} needs a name: npx nx g @tta/obs-generators:${what} <name>`);
  if (kebabCase.test(given)) return given;
  const likely = names(given)
    .fileName.replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-$/g, '');
  const example = kebabCase.test(likely) ? likely : 'rate-limit';
  throw new Refusal(
    `"${given}" is no name for ${withArticle(what)}: it has to be in kebab-case and begin with a letter, such as ${example}`,
  );
}

/**
 * Makes sure that code can use the name: for `rate-limit`, the variable `rateLimit` and the class `RateLimit`.
 *
 * @param taken - Identifiers that mean something already where these will be.
 * @throws Refusal for a reserved word, for one of JavaScript's own names (a class `Promise` would hide it), and
 * for one that is taken.
 */
export function requireIdentifiers(name: string, what: string, taken: ReadonlySet<string>): void {
  const { propertyName, className } = names(name);
  const refuse = (reason: string): never => {
    throw new Refusal(`"${name}" is no name for ${withArticle(what)}: ${reason}; take another`);
  };
  if (isReserved(propertyName)) refuse(`${propertyName} is a reserved word`);
  for (const identifier of [propertyName, className]) {
    if (taken.has(identifier)) refuse(`there is a ${identifier} already`);
    if (identifier in globalThis) refuse(`${identifier} is one of JavaScript's own`);
  }
}

function isReserved(word: string): boolean {
  const kind = createScanner(ScriptTarget.Latest, true, LanguageVariant.Standard, word).scan();
  const isKeyword = kind >= SyntaxKind.FirstReservedWord && kind <= SyntaxKind.LastFutureReservedWord;
  // Reserved in modules and in functions.
  return isKeyword || word === 'await' || word === 'arguments';
}

const withArticle = (what: string): string => `${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}`;
