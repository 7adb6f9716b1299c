import { InvalidCompositionError, type ToolDefinition } from '@tta/obs-context';
import { type EdgePattern, requireStep, unitOf } from '@tta/obs-instrumentation';
import type { AnyStep } from '../step-types.ts';

/**
 * What a model is told of a step: of a tool, or of the one tool inside the primitives around it, as they declare their
 * children. Models, people and the tools of other agents inside are not looked into.
 *
 * @param where - Which argument of which function: `agent "guide": tool 2`.
 * @throws `OBS_ERR_INVALID_COMPOSITION` for what is no step, has no tool inside, or more than one.
 */
export function toolDefinitionOf(step: AnyStep, where: string): ToolDefinition {
  requireStep(step, where);
  const found = new Set<ToolDefinition>();
  collect(step, 'inner', found, new Set());
  const [definition, another] = found;
  const wayOut = 'make it one by tool({ name, description, execute: step })';
  if (!definition) throw new InvalidCompositionError(`${where} has no tool inside; ${wayOut}`);
  if (another) {
    throw new InvalidCompositionError(
      `${where} has several tools inside, "${definition.name}" and "${another.name}"; ${wayOut}`,
    );
  }
  return definition;
}

function collect(step: AnyStep, edge: EdgePattern, found: Set<ToolDefinition>, seen: Set<object>): void {
  const { tool, children } = unitOf(step, edge);
  if (tool) {
    found.add(tool);
    return;
  }
  for (const child of children) {
    // A step may be in a composition at many places.
    if (seen.has(child.step) || isCall(child.edge)) continue;
    seen.add(child.step);
    collect(child.step, child.edge, found, seen);
  }
}

function isCall(edge: EdgePattern): boolean {
  return edge === 'model' || edge === 'approval' || edge.startsWith('tool_');
}
