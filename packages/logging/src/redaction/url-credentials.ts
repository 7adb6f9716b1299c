import type { Found } from './secret-span.ts';

const authority = /[^\s/?#"'`<>]{1,1024}/y;
const run = /[^\s"'`<>]{1,1024}/y;

/** Finds the password in `scheme://user:password@host`, also one with a `/` in it, and a token in the user's place. */
export function findUrlCredentials(text: string, found: Found): void {
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) {
    const start = at + 3;
    authority.lastIndex = start;
    const host = authority.exec(text)?.[0] ?? '';
    const [before, after] = cut(host, host.indexOf(':'));
    let end = host.lastIndexOf('@');
    // A port has digits; what else follows a colon is a password that someone did not encode.
    if (end < 0 && after !== '' && !/^\d*$/.test(after) && !before.startsWith('[')) {
      run.lastIndex = start;
      end = (run.exec(text)?.[0] ?? '').lastIndexOf('@');
    }
    if (end < 0) continue;
    const colon = host.indexOf(':');
    if (colon >= 0 && colon < end) {
      if (end > colon + 1) found(start + colon + 1, start + end, 'password');
    } else if (end >= 16 && /\d/.test(host) && /^[\w~.-]+$/.test(host.slice(0, end))) {
      found(start, start + end, 'credentials');
    }
  }
}

function cut(text: string, at: number): readonly [string, string] {
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
