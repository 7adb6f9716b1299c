import type { LogRecord } from '@tta/obs-protocol';

export function logRecord(changes: Partial<LogRecord> = {}): LogRecord {
  return {
    id: 1,
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '0000000000000001',
    timeUnixNano: '1000000000',
    observedTimeUnixNano: null,
    severityNumber: 9,
    severityText: 'info',
    body: 'begun',
    eventName: null,
    attributes: {},
    droppedAttributesCount: 0,
    flags: 1,
    serviceName: 'demo',
    resource: {},
    scope: { name: '', version: '' },
    ...changes,
  };
}
