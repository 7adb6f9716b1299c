import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type HrTime, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import type { AnyValue } from '@opentelemetry/api-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import type { AttributeJson, LogRecord } from '@tta/obs-protocol';
import { logExporter, transports, type Transport } from './javascript-exporters.ts';
import { type Service, startService } from './service.ts';
import { logRecordsOf } from './service-answers.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const seconds = 1_800_000_000;
const at = (nanoseconds: number): HrTime => [seconds, nanoseconds];
const unixNano = (nanoseconds: number): string => `${BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)}`;

const context = trace.setSpanContext(ROOT_CONTEXT, {
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  traceFlags: TraceFlags.SAMPLED,
});

/** Every kind of value that the API takes, with what it is in an answer. */
const values: readonly { readonly value: AnyValue; readonly answered: AttributeJson }[] = [
  ...['order 7 paid', 'Grüße "Welt" 😀\n', '', 'x'.repeat(20_000), 0, -42, 0.1, 5e-324, true, false].map(
    (value) => ({ value, answered: value }),
  ),
  { value: 2 ** 60, answered: '1152921504606846976' },
  { value: Number.MAX_SAFE_INTEGER, answered: Number.MAX_SAFE_INTEGER },
  { value: null, answered: null },
  { value: ['a', 1, 0.5, true, null], answered: ['a', 1, 0.5, true, null] },
  { value: [], answered: [] },
  { value: {}, answered: {} },
  {
    value: { order: { id: 7, items: [{ name: 'tea', grams: 12.5 }] }, paid: true, by: null },
    answered: { order: { id: 7, items: [{ name: 'tea', grams: 12.5 }] }, paid: true, by: null },
  },
  { value: new Uint8Array([0, 1, 254, 255]), answered: 'AAH+/w==' },
];

/** Emits a record of every body and severity, and returns what each must be in the end, oldest first. */
function emitRecords(provider: LoggerProvider): Omit<LogRecord, 'id' | 'serviceName' | 'resource'>[] {
  const shop = provider.getLogger('shop', '1.2.3', { schemaUrl: 'https://example.com/schemas/1.0.0' });
  const bank = provider.getLogger('bank');
  const expected: ReturnType<typeof emitRecords> = [];
  const { attributes, answered } = {
    attributes: Object.fromEntries(values.map(({ value }, index) => [`value ${index}`, value])),
    answered: Object.fromEntries(values.map(({ answered }, index) => [`value ${index}`, answered])),
  };
  for (const [index, { value, answered: body }] of values.entries()) {
    shop.emit({
      timestamp: at(index),
      observedTimestamp: at(1_000_000 + index),
      severityNumber: 1 + index,
      severityText: `level ${1 + index}`,
      body: value,
      attributes,
      eventName: `event.${index}`,
      context,
    });
    expected.push({
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      timeUnixNano: unixNano(index),
      observedTimeUnixNano: unixNano(1_000_000 + index),
      severityNumber: 1 + index,
      severityText: `level ${1 + index}`,
      body,
      eventName: `event.${index}`,
      attributes: answered,
      droppedAttributesCount: 0,
      flags: 1,
      scope: { name: 'shop', version: '1.2.3' },
    });
  }
  for (let index = 0; index < 600; index++) {
    bank.emit({ timestamp: at(1_000 + index), observedTimestamp: at(2_000 + index), body: `line ${index}` });
    expected.push({
      traceId: null,
      spanId: null,
      timeUnixNano: unixNano(1_000 + index),
      observedTimeUnixNano: unixNano(2_000 + index),
      severityNumber: 0,
      severityText: null,
      body: `line ${index}`,
      eventName: null,
      attributes: {},
      droppedAttributesCount: 0,
      flags: 0,
      scope: { name: 'bank', version: '' },
    });
  }
  return expected;
}

function sentBy(transport: Transport, name: string) {
  const resource = { 'service.name': name, 'service.instance.id': '627cc493', 'host.cpu.count': 8 };
  const exporter = logExporter(transport, service.url);
  const provider = new LoggerProvider({
    resource: resourceFromAttributes(resource),
    logRecordLimits: { attributeCountLimit: values.length },
    processors: [new BatchLogRecordProcessor({ exporter, maxExportBatchSize: 100 })],
  });
  return { resource, provider };
}

describe('log records of the JavaScript SDK', () => {
  it.each(transports)('arrive whole by $protocol, compression $compression', async (transport) => {
    const name = `shop by ${transport.protocol}, ${transport.compression}`;
    const { resource, provider } = sentBy(transport, name);
    const made = emitRecords(provider).map((record) => ({ ...record, serviceName: name, resource }));
    await provider.shutdown();
    const arrived = (await logRecordsOf(service.url, name)).map(({ id: _, ...record }) => record);
    expect(arrived).toHaveLength(values.length + 600);
    expect(arrived).toEqual(made);
  });

  it.each(transports)('say what was left out by $protocol, compression $compression', async (transport) => {
    const name = `gaps by ${transport.protocol}, ${transport.compression}`;
    const { provider } = sentBy(transport, name);
    const attributes = Object.fromEntries(
      Array.from({ length: values.length + 5 }, (_, index) => [index, index]),
    );
    provider.getLogger('shop').emit({ timestamp: at(1), body: 'too much', attributes });
    await provider.shutdown();
    const [record] = await logRecordsOf(service.url, name);
    expect(record).toMatchObject({ body: 'too much', droppedAttributesCount: 5 });
    expect(Object.keys(record?.attributes ?? {})).toHaveLength(values.length);
  });
});
