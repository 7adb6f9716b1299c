import { types } from 'node:util';

/** What an error says, in one line. */
export function reasonOf(error: unknown): string {
  return types.isNativeError(error) ? error.message : String(error);
}
