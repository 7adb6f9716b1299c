/**
 * One JSON line with three fields and the ids of the active trace, written to a stream that drops it: our logger,
 * winston with its own formats, and pino. Prints JSON.
 */
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { createLogger } from '@tta/obs-logging';
import pino from 'pino';
import winston from 'winston';
import { Writable } from 'node:stream';
import { interleave } from './interleave.mjs';

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const spanContext = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: 1 };
const inSpan = trace.setSpanContext(context.active(), spanContext);

let bytes = 0;
const drop = () =>
  new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      bytes += chunk.length;
      done();
    },
  });
const ids = () => {
  const span = trace.getSpanContext(context.active());
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
};

const ours = createLogger({ stream: drop(), format: 'json' });
const unredacted = createLogger({ stream: drop(), format: 'json', redactor: false });
const plain = winston.createLogger({
  format: winston.format.combine(
    winston.format.timestamp(),
    winston.format((info) => Object.assign(info, ids()))(),
    winston.format.json(),
  ),
  transports: [new winston.transports.Stream({ stream: drop() })],
});
const pinoLogger = pino(
  { mixin: ids, timestamp: pino.stdTimeFunctions.isoTime, base: null, messageKey: 'message' },
  drop(),
);

const fields = (i) => ({ book: 'The Dispossessed', copies: i, shelf: 'science fiction' });
const cases = {
  'ours, secrets taken out': (i) => ours.info('a book was sold', fields(i)),
  'ours, as it stands': (i) => unredacted.info('a book was sold', fields(i)),
  'winston 3.19': (i) => plain.info('a book was sold', fields(i)),
  'pino 10.4': (i) => pinoLogger.info(fields(i), 'a book was sold'),
};
const sizes = {};
for (const [name, write] of Object.entries(cases)) {
  const before = bytes;
  context.with(inSpan, () => write(1));
  await new Promise(setImmediate);
  sizes[name] = bytes - before;
}
const perTurn = 100;
const measured = await interleave(
  Object.fromEntries(
    Object.entries(cases).map(([name, write]) => [
      name,
      async (turn) => {
        context.with(inSpan, () => {
          for (let i = 0; i < perTurn; i++) write(turn + i);
        });
        await new Promise(setImmediate);
      },
    ]),
  ),
  { operations: 40 },
);
if (ours.counts().unwritten > 0) throw new Error(`${ours.counts().unwritten} lines were not written`);
process.stdout.write(
  JSON.stringify(
    Object.fromEntries(
      Object.entries(measured).map(([name, { nsPerOp, spread }]) => [
        name,
        { nsPerOp: nsPerOp / perTurn, spread, bytes: sizes[name] },
      ]),
    ),
  ),
);
