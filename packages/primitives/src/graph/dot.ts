import type { PrimitiveGraph } from './graph.ts';
import { labelOf, linesOf } from './labels.ts';

/** Draws a graph in the DOT language of Graphviz: `dot -Tsvg`. */
export function toDot({ nodes, edges }: PrimitiveGraph): string {
  const ids = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  return [
    'digraph {',
    '  node [shape=box];',
    ...nodes.map((node) => `  ${ids.get(node.id)} [label="${linesOf(node).map(escaped).join('\\n')}"];`),
    ...edges.map(({ from, to, label }) => {
      const text = labelOf(label);
      return `  ${ids.get(from)} -> ${ids.get(to)}${text === '' ? '' : ` [label="${escaped(text)}"]`};`;
    }),
    '}',
    '',
  ].join('\n');
}

/** Labels know escapes by a backslash, and entities of HTML. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('&', '&amp;');
}
