import type { ContextInit } from '@tta/obs-context';
import type { ApprovalRequest } from '../approval/approval-request.ts';
import { messageOf } from '@tta/obs-instrumentation';
import { hashOf } from '../cache/store-key.ts';
import { InvalidTokenError } from './invalid-token-error.ts';
import { NotSavableError } from './run-errors.ts';
import { mostCharacters } from './run-journal.ts';
import { isSavedRun, requestsIn } from './saved-run-shape.ts';
import type { SavedStep } from './saved-run.ts';
import { decode, encode } from './saved-value.ts';

/** What a run needs to go on. Plain JSON. */
export interface SavedRun {
  readonly version: 1;
  /** The name of the workflow. */
  readonly workflow: string;
  /** A hash of its static graph. */
  readonly graph: string;
  /** What it was given; without an element for `undefined`. */
  readonly input: readonly [] | readonly [unknown];
  /** What was said of the run. */
  readonly init: ContextInit;
  /** The state of the run, by the ids of its keys. */
  readonly state: Readonly<Record<string, unknown>>;
  /** Of the span of the run that was suspended (W3C Trace Context §3.2). */
  readonly traceparent?: string;
  readonly journal: SavedStep;
}

/** A run that can go on. */
export interface CheckedRun {
  readonly run: SavedRun;
  /** What nobody has decided about, in the order in which it came up. */
  readonly requests: readonly ApprovalRequest[];
}

/** Characters of a token: outputs and requests at their largest, in base64, with room for the rest. */
const longestText = 2 * mostCharacters;
const longestToken = longestText + 17;

/**
 * A text for a run: base64url of JSON, and a hash that tells when it was cut off.
 *
 * @throws {@link NotSavableError} for one that could not be read again.
 */
export function formatToken(run: SavedRun): string {
  const refuse = (why: string): NotSavableError => new NotSavableError(`the run cannot be saved: ${why}`);
  let json: string;
  try {
    json = encode(run);
  } catch (error) {
    throw refuse(messageOf(error));
  }
  const text = Buffer.from(json).toString('base64url');
  if (text.length > longestText) throw refuse(`its token would have ${text.length} characters`);
  const checked = checkedRun(decode(json));
  if (!checked)
    throw refuse('its token could not be read again; tags, baggage, ids and messages have to be texts');
  if (checked.requests.length === 0) throw refuse('nothing in it waits for a decision');
  return `${text}.${hashOf(text)}`;
}

/**
 * Reads a token, and interprets nothing of it before all of it is what it has to be.
 *
 * @throws {@link InvalidTokenError} which says what is wrong and what to do.
 */
export function parseToken(given: unknown, workflow: string, graph: string): CheckedRun {
  const refuse = (what: string): InvalidTokenError => new InvalidTokenError(workflow, what);
  const whole = 'give it as it was in the SuspendedError';
  // An editor or a form puts a line end behind it.
  const token = typeof given === 'string' ? given.trim() : '';
  if (token === '') throw refuse(`the token is no text; ${whole}`);
  if (token.length > longestToken)
    throw refuse(
      `the token has ${token.length} characters, and none has more than ${longestToken}; ${whole}`,
    );
  const [text = '', hash] = token.split('.');
  if (token !== `${text}.${hash}` || hashOf(text) !== hash)
    throw refuse(`the token has been changed or cut off; ${whole}`);
  let run: unknown;
  try {
    run = decode(Buffer.from(text, 'base64url').toString());
  } catch {
    throw refuse(`the token cannot be read; ${whole}`);
  }
  const { version } = (run ?? {}) as Partial<Record<keyof SavedRun, unknown>>;
  if (version !== 1)
    throw refuse('the token is of another version of this library; resume it with the one that made it');
  const checked = checkedRun(run);
  if (!checked) throw refuse(`the token is not what a run was saved as; ${whole}`);
  if (checked.run.workflow !== workflow)
    throw refuse(
      `the token is of the workflow ${JSON.stringify(checked.run.workflow)}; resume it with that one`,
    );
  if (checked.run.graph !== graph)
    throw refuse(
      'its steps are not those that the run was begun with; resume it with the version that began it',
    );
  return checked;
}

/** A saved run, and what waits in it; `undefined` where it is none. */
function checkedRun(run: unknown): CheckedRun | undefined {
  try {
    return isSavedRun(run) ? { run, requests: [...requestsIn(run.journal)] } : undefined;
  } catch {
    // Nested deeper than any run.
    return undefined;
  }
}
