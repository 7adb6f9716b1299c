import type { IncomingHttpHeaders } from 'node:http';

/** Whether a person looks at the answer: programs ask for JSON, or do not say what they want. */
export function wantsPage({ accept = '' }: IncomingHttpHeaders): boolean {
  return accept.split(',').some((range) => range.split(';', 1)[0]!.trim().toLowerCase() === 'text/html');
}

/**
 * What a browser shows instead of the page as long as it has not shown the token: how it is opened. It takes nothing over
 * from the request, and needs neither scripts nor styles, which would be refused as well.
 *
 * @param isWrong - A token was shown that is not the service's.
 */
export function lockedPage(isWrong: boolean): string {
  const problem = isWrong
    ? 'The token in the address is not the one of this service. A token that the service made holds until it is started again.'
    : 'This service shows traces only to those who know its token.';
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Token wanted - TTA observability</title>
  </head>
  <body>
    <main>
      <h1>Open this page with its token</h1>
      <p>${problem}</p>
      <ul>
        <li>Open the address that <code>tta-obs start</code> printed: it ends with <code>/?token=</code> and the token.</li>
        <li>
          If you have given a token yourself, by <code>--token</code>, <code>TTA_UI_TOKEN</code> or a file, add
          <code>/?token=</code> and that token to the address of this page.
        </li>
      </ul>
      <p>Once is enough: this browser keeps a cookie in place of the token until it is closed.</p>
    </main>
  </body>
</html>
`;
}
