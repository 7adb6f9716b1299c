/**
 * `spotlight-server.mjs <port>`: Spotlight as its command line starts it, but for the part that reports each start to
 * Sentry. Says `ready` when it listens.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = import.meta.resolve('@spotlightjs/spotlight');
const { setupSpotlight } = await import(main);
const basePath = fileURLToPath(new URL('../ui', main));
const files = readdirSync(basePath, { recursive: true }).filter((file) =>
  statSync(join(basePath, file)).isFile(),
);
const filesToServe = Object.fromEntries(files.map((file) => [file, readFileSync(join(basePath, file))]));
const logger = { info: () => {}, warn: console.error, error: console.error, debug: () => {} };
await setupSpotlight({ port: Number(process.argv[2]), basePath, filesToServe, isStandalone: false, logger });
console.log('ready');
