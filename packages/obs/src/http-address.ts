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

/** What is shown of an address: it may end up in a log. */
export function withoutCredentials(address: string): string {
  return address.replace(/\/\/[^/?#]*@/, '//');
}
