import type { Found } from '@tta/obs-context/secrets';

const domain = /(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62})\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}])/uy;
const localCharacter = /[\p{L}\p{N}._%+'-]/u;
const longestLocalPart = 64;
/** `icon@2x.png`, and the address of a Git remote. */
const isNoMailbox = /^\d+x\.(?:avif|gif|jpe?g|png|svg|webp)$/i;

/**
 * Finds e-mail addresses, also of names and domains beyond ASCII.
 *
 * @param others - Ends of secrets known so far: in `user:password@host.example` the host is worth reading.
 */
export function findEmails(text: string, others: ReadonlySet<number>, found: Found): void {
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    let start = at;
    while (start > 0 && at - start < longestLocalPart && localCharacter.test(text[start - 1] ?? '')) start--;
    domain.lastIndex = at + 1;
    const host = domain.exec(text)?.[0];
    if (start === at || host === undefined || others.has(at)) continue;
    if (isNoMailbox.test(host) || text.slice(start, at) === 'git') continue;
    found(start, at + 1 + host.length, 'email');
  }
}
