import { ObsError } from '@tta/obs-context';
import { messageOf } from '@tta/obs-instrumentation';

/** What may come of a request. Plain JSON, so that it can come from a form, a queue or another process. */
export type Decision =
  /** The step runs. */
  | { readonly kind: 'continue'; readonly by?: string }
  /** The step runs with this input, once the option `input` has checked it. */
  | { readonly kind: 'edit'; readonly input: unknown; readonly by?: string }
  /** The step does not run: what `onSkip` makes of its input stands in for its output. */
  | { readonly kind: 'skip'; readonly by?: string }
  /** The step does not run, and the run ends with an {@link ApprovalRefusedError}. */
  | { readonly kind: 'quit'; readonly reason?: string; readonly by?: string }
  /** Whoever was asked cannot decide: it is asked once more, `to` somebody else. */
  | { readonly kind: 'escalate'; readonly to?: string; readonly by?: string };

/** A decision that cannot be carried out: it is none, or not about what waits. The token stays as good as it was. */
export class InvalidDecisionError extends ObsError {
  constructor(message: string, cause?: unknown) {
    super(message, { code: 'OBS_ERR_INVALID_DECISION', category: 'validation', cause });
  }
}

/** What a decision of each kind has, and may be kept of it. */
const fieldsOf = {
  continue: ['by'],
  edit: ['input', 'by'],
  skip: ['by'],
  quit: ['reason', 'by'],
  escalate: ['to', 'by'],
} as const satisfies Record<Decision['kind'], readonly string[]>;
const kinds = Object.keys(fieldsOf) as Decision['kind'][];
/** Texts that a decision may have, which become attributes. */
const texts = ['by', 'reason', 'to'] as const;

/**
 * @param where - Whose decision it is: `approval "send mail"`.
 * @returns What a decision may have, and nothing else: it is kept where the run waits again.
 * @throws {@link InvalidDecisionError} for what is no decision; it comes from outside.
 */
export function requireDecision(value: unknown, where: string): Decision {
  const given = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const kind = kinds.find((known) => known === given['kind']);
  if (!kind) {
    const found = 'kind' in given ? `of the kind ${JSON.stringify(given['kind'])}` : messageOf(value);
    throw new InvalidDecisionError(
      `${where}: the decision is ${found}; it has to be { kind: '${kinds.join("' | '")}' }`,
    );
  }
  const wrong = texts.find((key) => given[key] !== undefined && typeof given[key] !== 'string');
  if (wrong) throw new InvalidDecisionError(`${where}: "${wrong}" of the decision has to be a text`);
  if (kind === 'edit' && given['input'] === undefined)
    throw new InvalidDecisionError(`${where}: the decision to edit has no input`);
  const fields = fieldsOf[kind].filter((key) => given[key] !== undefined);
  return Object.fromEntries([['kind', kind], ...fields.map((key) => [key, given[key]])]) as Decision;
}
