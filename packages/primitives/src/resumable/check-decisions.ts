import { unitOf } from '@tta/obs-instrumentation';
import { Approval } from '../approval/approval.ts';
import type { Decision } from '../approval/decision.ts';
import { patternOf } from '../graph/edge-pattern.ts';
import type { AnyStep } from '../step-types.ts';
import type { SavedStep } from './saved-run.ts';

/**
 * Has each decision checked by the approval that it is about, without running anything. What a function runs by itself is
 * not found along the children that primitives declare: such an approval checks when the run comes to it.
 *
 * @param step - The workflow, and what was saved of it.
 * @throws `OBS_ERR_INVALID_DECISION` for an edit or a skip that the approval does not take; what its validator throws.
 */
export async function checkDecisions(
  step: AnyStep,
  saved: SavedStep,
  decisions: ReadonlyMap<string, Decision>,
): Promise<void> {
  for (const [steps, { gate }] of placesOf([step], saved)) {
    const decision = gate && !gate.decision ? decisions.get(gate.request.id) : undefined;
    const [only, another] = steps;
    // Where several steps have one edge it is not known which of them has asked.
    if (decision && only instanceof Approval && !another) await only.requireFeasible(decision);
  }
}

/** What was saved of each step, with the steps that it may be of. */
function* placesOf(
  steps: readonly AnyStep[],
  saved: SavedStep,
): Generator<readonly [steps: readonly AnyStep[], saved: SavedStep]> {
  yield [steps, saved];
  for (const [key, below] of Object.entries(saved.steps ?? {})) {
    const pattern = patternOf(key.slice(key.indexOf(':') + 1));
    const children = steps.flatMap((step) => unitOf(step, 'inner').children);
    yield* placesOf(
      children.filter(({ edge }) => edge === pattern).map((child) => child.step),
      below,
    );
  }
}
