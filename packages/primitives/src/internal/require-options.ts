import { InvalidCompositionError } from '@tta/obs-context';

/**
 * JavaScript may pass anything for options, and most of it would be taken for no options at all.
 *
 * @param example - What options look like.
 * @throws `OBS_ERR_INVALID_COMPOSITION` unless `options` is an object.
 */
export function requireOptions(options: unknown, what: string, example: string): void {
  if (typeof options === 'object' && options !== null) return;
  const found = options === null ? 'null' : `of type ${typeof options}`;
  throw new InvalidCompositionError(
    `${what}: the options are ${found}; they have to be an object such as ${example}`,
  );
}
