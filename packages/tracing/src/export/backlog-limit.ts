import { InvalidOptionError } from '@tta/obs-context';

/** @throws {@link InvalidOptionError} (`OBS_ERR_INVALID_OPTION`) for what is no number of bytes. */
export function backlogLimit(limitBytes: number): number {
  if (Number.isSafeInteger(limitBytes) && limitBytes > 0) return limitBytes;
  throw new InvalidOptionError(
    `limitBytes of a backlog is ${limitBytes}: give a whole number of bytes above 0`,
  );
}
