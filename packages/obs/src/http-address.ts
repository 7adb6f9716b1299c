/** The address in its usual form; `undefined` for what is no http(s) address that requests can be sent to. */
export function httpAddress(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, href, username, password } = new URL(address);
  const isHttp = protocol === 'http:' || protocol === 'https:';
  return isHttp && isEncoded(username) && isEncoded(password) ? href : undefined;
}

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether the one `@` of the address, if any, ends user name and password; `/..` may have taken others out of the URL. */
function onlyBeforeHost(address: string, { username, password }: URL): boolean {
  const count = address.split('@').length - 1;
  return count === 0 || (count === 1 && `${username}${password}` !== '');
}

/**
 * What is shown of an address, or of what was meant to be one: it may end up in a log. Neither user name and
 * password nor a query, which may hold a key.
 */
export function shownAddress(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && /^https?:$/.test(url.protocol) && onlyBeforeHost(address, url)) {
    return `${url.origin}${url.pathname === '/' ? '' : url.pathname}`;
  }
  // A password with a character that ought to be encoded, or a key with an @ in it: either may be the secret.
  const query = address.indexOf('?');
  if (query !== -1 && query < address.lastIndexOf('@')) return '…';
  // What looks like a scheme may be a name and its password.
  return address.replace(/^((?:https?|grpcs?|ftp|unix):\/\/)?.*@/is, '$1').replace(/\?.*$/s, '');
}
