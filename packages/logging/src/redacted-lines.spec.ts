import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemoryLogRecordExporter, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { afterAll, describe, expect, it } from '@jest/globals';
import { formedSecrets, lookalikes, namedSecrets, type PlantedSecret } from '../test/planted-secrets.ts';
import { createLogger, type StructuredLogger } from './create-logger.ts';
import { startLogging } from './start-logging.ts';

const exporter = new InMemoryLogRecordExporter();
const logging = startLogging({
  resource: resourceFromAttributes({}),
  processors: [new SimpleLogRecordProcessor({ exporter })],
});
afterAll(() => logging.shutdown());

/** Where a secret may stand in a log call. */
const places: Readonly<Record<string, (log: StructuredLogger, text: string) => void>> = {
  'the message': (log, text) => log.info(`sent ${text}`),
  'a message of many lines': (log, text) => log.info(`sent\n${text}\nand more`),
  'a field': (log, text) => log.info('m', { text }),
  'a nested field': (log, text) => log.info('m', { a: { b: { c: text } } }),
  'a list': (log, text) => log.info('m', { list: ['x', text] }),
  'a map, a set and their keys': (log, text) =>
    log.info('m', { map: new Map([[text, text]]), set: new Set([text]) }),
  'the name of a field': (log, text) => log.info('m', { [text]: 1 }),
  'an error': (log, text) => log.error('m', { error: new Error(text) }),
  'the cause of an error': (log, text) =>
    log.error('m', { error: new Error('x', { cause: new Error(text) }) }),
  'the fields of an error': (log, text) =>
    log.error('m', { error: Object.assign(new Error('x'), { config: { text } }) }),
  'an aggregate': (log, text) => log.error('m', { error: new AggregateError([new Error(text), text]) }),
  'an error of another name': (log, text) =>
    log.warn('m', { reason: new Error(text), other: new Error(text) }),
  'a field of a child': (log, text) => log.child({ text }).child({ b: text }).info('m', { c: text }),
  JSON: (log, text) => log.info('m', { body: JSON.stringify({ text }) }),
  'what toJSON makes': (log, text) => log.info('m', { it: { toJSON: () => ({ text }) } }),
  'a longer text': (log, text) =>
    log.info('m', { text: `${'lorem ipsum '.repeat(50)}${text}${' dolor sit'.repeat(50)}` }),
};

/** All that left the process about one call: both formats and the record. */
function written(place: (log: StructuredLogger, text: string) => void, text: string): string {
  let out = '';
  const stream = { write: (line: string) => void (out += line) };
  place(createLogger({ stream, otel: { logger: logging.getLogger('x') } }), text);
  place(createLogger({ stream, format: 'pretty', colour: true }), text);
  const records = exporter.getFinishedLogRecords().map(({ body, attributes }) => ({ body, attributes }));
  exporter.reset();
  expect(records).toHaveLength(1);
  return out + JSON.stringify(records);
}

function pieces({ secret }: PlantedSecret): readonly string[] {
  return secret.split('\n').filter((line) => line.length > 3 && !line.startsWith('-----'));
}

describe.each(Object.entries(places))('a secret in %s', (_name, place) => {
  it.each([...formedSecrets, ...namedSecrets])('is not written: $name', (planted) => {
    const out = written(place, planted.text);
    for (const piece of pieces(planted)) {
      // As it is, and as JSON in JSON shows it.
      expect(out).not.toContain(piece);
      expect(out).not.toContain(JSON.stringify(piece).slice(1, -1));
    }
    expect(out).toContain('[redacted:');
  });
});

describe('what is no secret', () => {
  it.each(lookalikes)('is written as it is: %j', (text) => {
    const lines: string[] = [];
    createLogger({ stream: { write: (line) => lines.push(line) } }).info(text, { text, list: [text] });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: text, text, list: [text] });
  });
});
