import type { SpanOutcome, SpanTree } from '@tta/obs-testing';

/** A step that is a lambda, as a trace shows it: the span of its edge, and inside that its own. */
export function stepTree(edge: string, name: string, outcome: SpanOutcome): Exclude<SpanTree, string> {
  return {
    span: `primitive.${edge}`,
    name,
    outcome,
    children: [{ span: 'primitive.lambda.execute', name, outcome }],
  };
}
