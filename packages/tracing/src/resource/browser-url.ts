const longestUrl = 2_048;
/** `git@github.com:owner/repository.git`. A letter before the colon is a drive, two colons a helper program. */
const scpLike = /^(?:[^/@:]+@)?([\w.-]{2,}):(?!:|\/\/)(.+)$/;

/**
 * Where a git remote is seen in a browser (semantic conventions, `vcs.repository.url.full`): by https, without
 * the ending `.git`, and without what may be a credential. `undefined` for a folder and other places that have
 * no such address.
 */
export function browserUrl(remote: string): string | undefined {
  if (remote.length > longestUrl) return undefined;
  const [, scpHost, scpPath = ''] = scpLike.exec(remote) ?? [];
  const address = scpHost === undefined ? remote : `ssh://${scpHost}/${scpPath.replace(/^\/+/, '')}`;
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  if (!isWeb && !/^(?:git|ssh|git\+ssh):$/.test(url.protocol)) return undefined;
  const path = url.pathname.replace(/\/$/, '').replace(/\.git$/, '');
  if (url.hostname === '' || path === '') return undefined;
  // Mistyped: what stands before the @, or behind a lone slash, is a user name and a password.
  if (path.includes('@') || /^https?$/.test(url.hostname)) return undefined;
  // The port of another protocol is none of the browser's.
  return isWeb ? `${url.protocol}//${url.host}${path}` : `https://${url.hostname}${path}`;
}
