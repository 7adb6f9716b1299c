import type { PrimitiveGraph } from './graph.ts';
import { labelOf, linesOf } from './labels.ts';

/**
 * What Mermaid reads as anything but itself in a quoted text: the ends of texts and entities, HTML, directives, formulas,
 * icons (`fa:fa-car`), and the Markdown that it also sees in plain labels, such as `1.` and `-` at the begin, or `_` at the
 * end of a word.
 */
const risky =
  /["#&<>`*~\\|[\]$%@]|_(?![\p{L}\p{N}{])|(?<![\p{L}\p{N}])_|:(?=\S)|(?<=^\s*)[-+]|(?<=^\s*\d+)[.)]|(?<=www)\./giu;

/** Draws a graph as a flowchart of Mermaid: what GitHub and many editors show for a code block `mermaid`. */
export function toMermaid({ nodes, edges }: PrimitiveGraph): string {
  const ids = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  return [
    'flowchart TD',
    ...nodes.map((node) => `  ${ids.get(node.id)}["${linesOf(node).map(escaped).join('<br>')}"]`),
    ...edges.map(({ from, to, label }) => {
      const text = labelOf(label);
      return `  ${ids.get(from)} -->${text === '' ? '' : `|"${escaped(text)}"|`} ${ids.get(to)}`;
    }),
    '',
  ].join('\n');
}

/** By entities of Mermaid: `#34;` is a quotation mark. */
function escaped(text: string): string {
  return text.replaceAll(risky, (character) => `#${character.codePointAt(0)};`);
}
