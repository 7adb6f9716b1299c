import { ObsError } from '@tta/obs-context';

/** Characters of a key that a message shows: it may be whatever a model answered. */
const shownLength = 100;

/** There is no case for what was selected, and no `otherwise`. */
export class NoCaseError extends ObsError {
  /** What was selected. */
  readonly key: unknown;
  /** The keys of the cases that there are. */
  readonly available: readonly string[];

  constructor(name: string, key: unknown, available: readonly string[]) {
    super(`"${name}" has no case ${textOf(key)}; its cases: ${available.join(', ')}`, {
      code: 'OBS_ERR_NO_CASE',
      category: 'validation',
      severity: 'high',
    });
    this.key = key;
    this.available = available;
  }
}

function textOf(key: unknown): string {
  switch (typeof key) {
    case 'string':
      return JSON.stringify(key.length > shownLength ? `${key.slice(0, shownLength)}…` : key);
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(key);
    default:
      return key === null ? 'null' : `of type ${typeof key}`;
  }
}
