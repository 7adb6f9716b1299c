import type { ApprovalRequest } from '../approval/approval-request.ts';
import { type Decision, InvalidDecisionError, requireDecision } from '../approval/decision.ts';

/** A decision about the only request that waits, or decisions by the ids of requests. */
export type Decisions = Decision | Readonly<Record<string, Decision>>;

/**
 * Which request each decision is about.
 *
 * @throws {@link InvalidDecisionError} for what is no decision, one about a request that does not wait, none at all, and one
 * that does not say which of several it is about.
 */
export function decisionsOn(
  requests: readonly ApprovalRequest[],
  given: Decisions,
  where: string,
): ReadonlyMap<string, Decision> {
  const waiting = requests.map(({ id, name }) => `"${id}" (${name})`).join(', ');
  const nothing: readonly unknown[] = [undefined, null];
  if (nothing.includes(given))
    throw new InvalidDecisionError(`${where}: there is no decision; about: ${waiting}`);
  // From outside comes a mere 'continue' as well: it is told what a decision has to be.
  if (typeof given !== 'object' || typeof given['kind'] === 'string') {
    const [only, another] = requests;
    if (another || !only) {
      throw new InvalidDecisionError(
        `${where}: ${requests.length} requests wait, say which one is decided: { id: decision }; there are ${waiting}`,
      );
    }
    return new Map([[only.id, requireDecision(given, where)]]);
  }
  const decisions = new Map(
    Object.entries(given).map(([id, decision]) => [
      id,
      requireDecision(decision, `${where}: request "${id}"`),
    ]),
  );
  if (decisions.size === 0)
    throw new InvalidDecisionError(`${where}: there is no decision; about: ${waiting}`);
  const ids = new Set(requests.map(({ id }) => id));
  for (const id of decisions.keys()) {
    if (!ids.has(id))
      throw new InvalidDecisionError(`${where}: no request "${id}" waits; there are ${waiting}`);
  }
  return decisions;
}
