import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { ServiceError } from '../service-error.ts';

const PRINTABLE = /^[\x21-\x7e]{16,256}$/;
const GENERATED_BYTES = 32;

/** A new token of 256 random bits. */
export function generateToken(): string {
  return randomBytes(GENERATED_BYTES).toString('base64url');
}

/** The secret that clients must show, compared in a time that does not depend on what they show. */
export class AccessToken {
  /**
   * What a browser keeps instead of the token. It is made from the token, so that it holds over a restart. It opens
   * as much as the token does, and a browser sends it to every port of the host; only the token itself, which may be
   * in use elsewhere, does not get there.
   */
  readonly cookieValue: string;
  readonly #digest: Buffer;
  readonly #cookieDigest: Buffer;

  /** @throws ServiceError when it is too short, or could not be sent in a header. */
  constructor(token: string) {
    if (!PRINTABLE.test(token)) {
      throw new ServiceError(
        'OBS_ERR_TOKEN',
        'The token must have 16 to 256 printable ASCII characters without blanks: choose a longer one, or leave it out to get one.',
      );
    }
    this.#digest = digest(token);
    this.cookieValue = digest(`cookie of ${token}`).toString('base64url');
    this.#cookieDigest = digest(this.cookieValue);
  }

  matches(shown: string): boolean {
    return timingSafeEqual(digest(shown), this.#digest);
  }

  matchesCookie(shown: string): boolean {
    return timingSafeEqual(digest(shown), this.#cookieDigest);
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
