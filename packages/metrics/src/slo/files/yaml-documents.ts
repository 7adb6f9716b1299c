import { InvalidOptionError } from '@tta/obs-context';
import { Document, isScalar, Lexer, parseAllDocuments, Parser, type Scalar, visit, type YAMLMap } from 'yaml';
import { cutText } from '../show-value.ts';

const longestText = 256 * 1024;
const deepestNesting = 64;
const mostAliases = 100;
/** Twice what a file of the longest text holds that people write; more of them take seconds. */
const mostNodes = 20_000;

/**
 * The documents of a YAML file as plain values; an empty one is left out. Nothing is executed: tags beyond those
 * of YAML's core schema are refused. At most 256 KiB of text, 20000 nodes, 64 levels and 100 aliases a document, so that a small
 * file takes neither long nor much memory.
 *
 * @throws InvalidOptionError (`OBS_ERR_INVALID_OPTION`) with the line and column.
 */
export function readYamlDocuments(text: string, format: string): unknown[] {
  if (typeof text !== 'string')
    throw new InvalidOptionError(`the ${format} file is of type ${typeof text}; give its text`);
  if (text.length > longestText)
    throw new InvalidOptionError(
      `the ${format} file has ${text.length} characters; give at most ${longestText}, in several files if need be`,
    );
  try {
    requireSmall(text);
    // Its own way to show a line and to find a key twice takes time by the square of the text.
    const documents = parseAllDocuments(text, {
      merge: true,
      stringKeys: true,
      resolveKnownTags: false,
      logLevel: 'silent',
      prettyErrors: false,
      uniqueKeys: false,
    }) as readonly Document.Parsed[];
    return documents.map((document) => valueOf(document, text)).filter((value) => value !== null);
  } catch (fault) {
    const [reason = ''] = (fault instanceof Error ? fault.message : String(fault)).split('\n', 1);
    throw new InvalidOptionError(
      `the ${format} file cannot be read: ${cutText(reason, 120)}; give plain YAML or JSON`,
    );
  }
}

/** One text of several documents, each line as long as it comes. */
export function writeYamlDocuments(values: readonly object[]): string {
  return values
    .map((value) => {
      const document = new Document(value, { aliasDuplicateObjects: false });
      visit(document, { Scalar: (_key, scalar) => quoteBlankStart(scalar) });
      return document.toString({ lineWidth: 0 });
    })
    .join('---\n');
}

/** As a block, a text would lose blanks in a first line that holds nothing else. */
function quoteBlankStart(scalar: Scalar): void {
  if (typeof scalar.value === 'string' && /^\s/.test(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
}

/** The parser recurses, and with a full stack V8 may end the process, so depth is measured without it first. */
function requireSmall(text: string): void {
  const parser = new Parser();
  let nodes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (!/^[\s,:\]}#\u0002\u0018\u001f\ufeff]/.test(lexeme)) nodes++;
    if (nodes > mostNodes) throw new Error(`more than ${mostNodes} nodes`);
    for (const _token of parser.next(lexeme));
    if (parser.stack.length > deepestNesting) throw new Error(`more than ${deepestNesting} levels`);
  }
}

function valueOf(document: Document.Parsed, text: string): unknown {
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) throw new Error(`${problem.message}${placeOf(problem.pos[0], text)}`);
  let aliases = 0;
  visit(document, {
    Alias: () => void aliases++,
    Map: (_key, map) => requireDistinctKeys(map, text),
  });
  if (aliases > mostAliases) throw new Error(`more than ${mostAliases} aliases in one document`);
  return document.toJS({ maxAliasCount: mostAliases }) ?? null;
}

function requireDistinctKeys(map: YAMLMap, text: string): void {
  const keys = new Set<string>();
  for (const { key } of map.items) {
    // Of merge keys, which are symbols, there may be several.
    if (!isScalar(key) || typeof key.value !== 'string') continue;
    if (keys.has(key.value))
      throw new Error(
        `the key ${JSON.stringify(cutText(key.value))} is there twice${placeOf(key.range?.[0] ?? 0, text)}`,
      );
    keys.add(key.value);
  }
}

function placeOf(offset: number, text: string): string {
  const lines = text.slice(0, offset).split('\n');
  return ` at line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}
