import { describe, expect, it } from '@jest/globals';
import { stream, written } from '../../test/streams.ts';
import { traceSpan } from '../../test/trace-span.ts';
import {
  detectTraceFormat,
  writeChromeTrace,
  writeJaeger,
  writeOtlpLines,
  writeSpeedscope,
  writeZipkin,
} from '../formats.ts';

describe('detectTraceFormat', () => {
  it.each([
    ['otlp-lines', writeOtlpLines],
    ['jaeger', writeJaeger],
    ['zipkin', writeZipkin],
    ['chrome-trace', writeChromeTrace],
    ['speedscope', writeSpeedscope],
  ])('knows %s by what is written here, from its beginning', async (format, write) => {
    const text = await written(write(stream([traceSpan({ name: '"traceID": "ph": \\' })])));
    for (const start of [text, text.slice(0, 200), `\uFEFF \n${text}`]) {
      expect(detectTraceFormat(Buffer.from(start))).toBe(format);
      expect(detectTraceFormat(start)).toBe(format);
    }
    expect(detectTraceFormat(await written(write(stream([]))))).toBe(
      // Nothing is written for nothing.
      format === 'otlp-lines' ? null : format,
    );
  });

  it.each([
    ['{"resourceMetrics":[]}', 'otlp-lines'],
    ['{"resourceLogs":[{"a":{"traceId":""}}]}', 'otlp-lines'],
    ['{"total":0,"limit":0,"data":[{"spans":[{"traceID":"1"', 'jaeger'],
    ['{"data":[{"traceID', 'jaeger'],
    ['{"traceID":"1","spans":[]}', 'jaeger'],
    ['[[{"parentId":"1","id":"2","traceId":"3"', 'zipkin'],
    ['[{"name":"resourceSpans","ph":"X"', 'chrome-trace'],
    ['{"name":"a \\" b","x":"traceEvents"', null],
    ['{}', null],
    ['hello', null],
    ['', null],
    ['"traceEvents":1', null],
    ['\u001F\u008B\b', null],
  ])('takes %j for %s', (start, format) => {
    expect(detectTraceFormat(start)).toBe(format);
  });

  it('looks at the beginning alone', () => {
    expect(detectTraceFormat(`{"a":"${'\\"'.repeat(5_000_000)}","traceEvents":[]}`)).toBeNull();
  });
});
