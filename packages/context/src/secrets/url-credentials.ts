import { eachMatch } from './each-match.ts';
import type { Found } from './secret-span.ts';

/** Also as JSON may spell it. */
const separator = /:\\{0,4}\/\\{0,4}\//g;
const authority = /[^\s/?#"'`<>]*/y;
const run = /[^\s"'`<>]*/y;
/** Longer passwords are tokens: those of a container registry have two thousand characters. */
const longestPassword = 4_000;
const webScheme = /(?:https?|wss?|file|webpack|git|ssh)$/i;

/** Finds the password in `scheme://user:password@host`, also one with a `/` in it, and a token in the user's place. */
export function findUrlCredentials(text: string, found: Found): void {
  let authorityTo = 0;
  let runTo = 0;
  let lastAt = -1;
  eachMatch(separator, text, ([mark], index) => {
    const start = index + mark.length;
    // Where one ends, all end that start in it: each character is looked at once.
    if (start >= runTo) {
      runTo = endOf(run, text, start);
      lastAt = text.lastIndexOf('@', runTo - 1);
    }
    if (lastAt < start) return;
    if (start >= authorityTo) authorityTo = endOf(authority, text, start);
    const host = text.slice(start, Math.min(authorityTo, start + longestPassword));
    const colon = host.indexOf(':');
    let end = host.lastIndexOf('@');
    if (end < 0 && colon >= 0 && !host.startsWith('[')) {
      const rest = text.slice(start, Math.min(runTo, start + longestPassword));
      const isPort = /^\d*$/.test(host.slice(colon + 1));
      // A port has digits; what else follows a colon is a password that someone did not encode.
      if (!isPort || isPasswordOfDigits(text.slice(Math.max(0, index - 16), index), rest.slice(colon + 1)))
        end = rest.lastIndexOf('@');
    }
    if (end < 0) return;
    if (colon >= 0 && colon < end) {
      if (end > colon + 1) found(start + colon + 1, start + end, 'password');
    } else if (end >= 16 && /\d/.test(host) && /^[\w~.-]+$/.test(host.slice(0, end))) {
      found(start, start + end, 'credentials');
    }
  });
}

/** `postgres://user:12/34@host`; in the address of a page a `/` behind digits begins its path. */
function isPasswordOfDigits(scheme: string, rest: string): boolean {
  return !webScheme.test(scheme) && /^\d+\/[^?#@]*@[\w.-]/.test(rest);
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
