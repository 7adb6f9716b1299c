import { InvalidOptionError } from '@tta/obs-context';

/** For a destination, in memory or on disk. */
const defaultLimitBytes = 64 * 2 ** 20;

/** @throws {@link InvalidOptionError} (`OBS_ERR_INVALID_OPTION`) for what is no number of bytes. */
export function backlogLimit(limitBytes = defaultLimitBytes): number {
  if (Number.isSafeInteger(limitBytes) && limitBytes > 0) return limitBytes;
  throw new InvalidOptionError(
    `limitBytes of a backlog is ${limitBytes}: give a whole number of bytes above 0, or leave it out for 64 MiB`,
  );
}
