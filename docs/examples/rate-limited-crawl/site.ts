import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const links: Readonly<Record<string, readonly string[]>> = {
  '/': ['/guide', '/blog', '/about'],
  '/guide': ['/guide/install', '/guide/first-run', '/'],
  '/blog': ['/blog/1', '/blog/2', '/about'],
  '/about': ['/', 'https://example.com/'],
  '/guide/install': ['/guide'],
  '/guide/first-run': ['/guide', '/guide/traces'],
  '/blog/1': ['/blog/2'],
  '/blog/2': ['/blog/1'],
  '/guide/traces': [],
};

/** A small site on this machine. It refuses one request, with the time to wait, as a site does that is asked too often. */
export async function startSite() {
  const served: string[] = [];
  let refusals = 0;
  const server = createServer(({ url: path = '/' }, response) => {
    const targets = links[path];
    if (path === '/blog/1' && refusals === 0) {
      refusals++;
      response.writeHead(429, { 'retry-after': '1' }).end();
    } else if (targets === undefined) {
      response.writeHead(404).end();
    } else {
      served.push(path);
      const anchors = targets.map((target) => `<a href="${target}">${target}</a>`).join('');
      response.end(`<title>Page ${path}</title>${anchors}`);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    /** Paths in the order in which they were asked for. */
    served,
    refusals: () => refusals,
    paths: Object.keys(links),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
