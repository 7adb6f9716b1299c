import { ObsError } from '@tta/obs-context';

/**
 * A key that a message shows: 32 characters at most, without a blank. Names of cases look like this, also one that is
 * misspelled or new, and to see it is what helps.
 */
const shown = /^[\w.:-]{0,32}$/;

/**
 * There is no case for what was selected, and no `otherwise`. The message goes to spans and logs, where nobody may read
 * what a user wrote or a model answered: of a key that looks like no name it tells the length alone. `key` has all of it.
 */
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
      return shown.test(key)
        ? `"${key}"`
        : `for a text of ${key.length} character${key.length === 1 ? '' : 's'}`;
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(key);
    default:
      return key === null ? 'null' : `for a value of type ${typeof key}`;
  }
}
