import type { IncomingMessage } from 'node:http';

const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)(.*)$/i;

/**
 * Turns `http://host/path`, as it is sent through a proxy, into the usual `/path`. The name in it stands in for
 * the header `Host` (RFC 9112 §3.2.2).
 */
export function toOriginForm(request: IncomingMessage): void {
  const { url = '' } = request;
  if (url.startsWith('/')) return;
  const match = ABSOLUTE_FORM.exec(url);
  if (match === null) return;
  const [, host, target = ''] = match;
  request.headers.host = host;
  request.url = target.startsWith('/') ? target : `/${target}`;
}
