import { startServer } from '@tta/obs-server';

/** The local service: `service <database> <port>`; says its address when it is ready. */
const [databasePath = '', port = '0'] = process.argv.slice(2);
const server = await startServer({ port: Number(port), databasePath, maxTraces: 1_000_000 });
console.log(server.url);
