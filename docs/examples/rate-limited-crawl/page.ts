import type { RunScope } from '@tta/obs-primitives';

export interface Page {
  readonly url: string;
  readonly title: string;
  /** Addresses on the same site. */
  readonly links: readonly string[];
}

/** A server refused or failed. `status` and `headers` are what a retry and a rate limit go by. */
class HttpError extends Error {
  readonly status: number;
  readonly headers: Headers;

  constructor(url: string, { status, headers }: Response) {
    super(`${new URL(url).pathname} answered ${status}`);
    this.status = status;
    this.headers = headers;
  }
}

export async function fetchPage(url: string, { signal }: Pick<RunScope, 'signal'>): Promise<Page> {
  const response = await fetch(url, { signal });
  const html = await response.text();
  if (!response.ok) throw new HttpError(url, response);
  const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, link = '']) => new URL(link, url));
  return {
    url,
    title: /<title>(.*?)<\/title>/.exec(html)?.[1] ?? '',
    links: links.filter(({ origin }) => origin === new URL(url).origin).map(({ href }) => href),
  };
}
