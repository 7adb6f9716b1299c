/** The built service in a process of its own: `service.mjs <database> [limits as JSON]`; says its address when it is ready. */
import { startServer } from '../../../packages/server/dist/index.js';

const [databasePath, limits = '{}'] = process.argv.slice(2);
const logger = { info: () => undefined, warn: console.error, error: console.error };
const server = await startServer({ port: 0, databasePath, logger, ...JSON.parse(limits) });
process.on('SIGTERM', () => void server.close());
console.log(server.url);
