import { diag, DiagLogLevel } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemoryLogRecordExporter, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createRedactor } from './redaction/redactor.ts';
import { type Logging, type LoggingOptions, startLogging } from './start-logging.ts';

let exporter: InMemoryLogRecordExporter;
let logging: Logging | undefined;

function start(more: Partial<LoggingOptions> = {}): Logging {
  exporter = new InMemoryLogRecordExporter();
  const processors = [new SimpleLogRecordProcessor({ exporter })];
  return (logging = startLogging({ resource: resourceFromAttributes({}), processors, ...more }));
}

afterEach(async () => {
  diag.disable();
  await logging?.shutdown();
});

describe('a record of another library', () => {
  it('is sent without its secrets', () => {
    start();
    const secret = 'hunter2Xy';
    const logger = logs.getLogger('theirs', '1.0');
    const error = Object.assign(new TypeError(`password=${secret}`), { code: 'E_X' });
    logger.emit({
      body: `password=${secret}`,
      attributes: { authorization: secret, order: 7 },
      severityNumber: 9,
    });
    logger.emit({ body: { text: `password=${secret}` }, exception: error });
    const records = exporter.getFinishedLogRecords();
    const text = JSON.stringify(records.map(({ body, attributes }) => ({ body, attributes })));
    expect(text).not.toContain(secret);
    expect(records).toMatchObject([
      {
        body: 'password=[redacted:password]',
        attributes: { authorization: '[redacted:authorization]', order: 7 },
        severityNumber: 9,
        instrumentationScope: { name: 'theirs', version: '1.0' },
      },
      { attributes: { 'exception.type': 'E_X', 'exception.message': 'password=[redacted:password]' } },
    ]);
    expect(logger.enabled()).toBe(true);
  });

  it('is sent as it is when told so, and through the loggers for lines', () => {
    const ours = start({ redactor: false });
    logs.getLogger('theirs').emit({ body: 'password=x1' });
    ours.getLogger('ours').emit({ body: 'password=x2' });
    expect(exporter.getFinishedLogRecords().map(({ body }) => body)).toEqual(['password=x1', 'password=x2']);
  });

  it('is cleaned by the redactor of the program', () => {
    start({ redactor: createRedactor({ keys: ['tier'] }) });
    logs.getLogger('theirs').emit({ attributes: { tier: 'gold' } });
    expect(exporter.getFinishedLogRecords()).toMatchObject([{ attributes: { tier: '[redacted:tier]' } }]);
  });

  it('is left out when it cannot be cleaned', () => {
    const warnings: string[] = [];
    const say = (message: string): void => void warnings.push(message);
    diag.setLogger({ error: say, warn: say, info: say, debug: say, verbose: say }, DiagLogLevel.WARN);
    const value = (): never => {
      throw new Error('no');
    };
    start({ redactor: { text: (text) => text, value } });
    logs.getLogger('theirs').emit({ body: 'password=x' });
    expect(exporter.getFinishedLogRecords()).toEqual([]);
    expect(warnings).toEqual(['@tta/obs: a log record was left out, it could not be redacted:']);
  });
});
