import type { SloDefinition, SloOptions } from '../slo-definition.ts';
import type { FileNode } from './file-node.ts';

/** What an annotation adds to a file: all of an SLO that the format has no field for. */
export type AnnotatedSlo = Pick<SloOptions, 'indicator'> &
  Partial<Pick<SloOptions, 'name' | 'window' | 'selection' | 'alerting'>>;

/**
 * The text of an annotation: JSON without `{{`, which Prometheus would take for a template.
 *
 * @param more - What this format cannot hold and others can.
 */
export function writeSloAnnotation(slo: SloDefinition, more: { name?: string; window?: string }): string {
  const { selection, indicator, alerting } = slo;
  // Two braces in a row occur inside of texts alone, where a brace may be written as its number.
  return JSON.stringify({ ...more, selection, indicator, alerting }).replaceAll('{{', '{\\u007b');
}

/** What {@link writeSloAnnotation} wrote. `defineSlo` checks it. */
export function readSloAnnotation(node: FileNode, warnings: string[]): AnnotatedSlo {
  let value: unknown;
  try {
    value = JSON.parse(node.text());
  } catch {
    return node.refuse('restore its JSON, or remove it and give queries that can be read');
  }
  const root = node.holding(value);
  const annotated: Record<string, unknown> = {};
  for (const name of ['name', 'window', 'selection', 'indicator', 'alerting']) {
    const field = root.field(name);
    if (!field.isAbsent) annotated[name] = field.value;
  }
  warnings.push(...root.leftovers());
  return annotated as unknown as AnnotatedSlo;
}
