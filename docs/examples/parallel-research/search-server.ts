import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Finding, Search } from './workflow.ts';

const known: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/encyclopedia': {
    tea: 'a drink of leaves',
    tides: 'what the moon does to the sea',
    traces: 'what a run leaves',
  },
  '/news': { tea: 'prices rise again', traces: 'a standard is agreed on' },
  '/papers': { tea: 'on its caffeine', tides: 'on their harmonics' },
};

/** Three sources on this machine. The news about tides are down, and the papers on traces never answer. */
export async function startSearchServer() {
  const asked: string[] = [];
  const server = createServer(({ url = '/' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const topic = searchParams.get('topic') ?? '';
    asked.push(`${pathname} ${topic}`);
    const text = known[pathname]?.[topic];
    if (text !== undefined) response.end(JSON.stringify([{ topic, text }]));
    else if (pathname === '/news') response.writeHead(503).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const search =
    (source: string): Search =>
    async (topic, { signal }) => {
      const response = await fetch(`${address}/${source}?topic=${encodeURIComponent(topic)}`, { signal });
      if (!response.ok) {
        throw Object.assign(new Error(`${response.status} for ${topic}`), { status: response.status });
      }
      return (await response.json()) as readonly Finding[];
    };
  return {
    sources: { encyclopedia: search('encyclopedia'), news: search('news'), papers: search('papers') },
    /** How often a source was asked about a topic. */
    asked: (source: string, topic: string) => asked.filter((one) => one === `/${source} ${topic}`).length,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
