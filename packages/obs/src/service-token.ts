/** What a token of the local service has to be. */
export const serviceTokenForm = '16 to 256 printable ASCII characters without blanks';

export function isServiceToken(text: unknown): boolean {
  return typeof text === 'string' && /^[\x21-\x7e]{16,256}$/.test(text);
}
