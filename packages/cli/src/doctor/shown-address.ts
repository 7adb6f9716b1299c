const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/**
 * An address as it may stand on a screen and in a log: without what opens doors, which is its user, its password and its
 * query. Of what is no address, the host alone.
 */
export function shownAddress(text: string): string {
  const scheme = SCHEME.exec(text)?.[0] ?? '';
  const address = scheme === '' ? `http://${text}` : text;
  if (!URL.canParse(address)) return hostIn(text.slice(scheme.length));
  const { username, password, host, pathname, search } = new URL(address);
  const user = username + password === '' ? '' : '…@';
  const isBare = pathname === '/' && !/^[^?#]*\/(?:[?#]|$)/.test(text.slice(scheme.length));
  return `${scheme}${user}${host}${isBare ? '' : pathname}${search === '' ? '' : '?…'}`;
}

/** Whatever a password holds, it ends at the last `@`. */
function hostIn(text: string): string {
  return text.slice(text.lastIndexOf('@') + 1).split(/[/?#\\]/, 1)[0]!;
}

/** What `fetch` takes: it refuses an address with a user in it, and sends none by itself. */
export function withoutUser(url: URL): {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
} {
  if (url.username + url.password === '') return { url, headers: {} };
  const user = `${decoded(url.username)}:${decoded(url.password)}`;
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  return { url: plain, headers: { authorization: `Basic ${Buffer.from(user).toString('base64')}` } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
