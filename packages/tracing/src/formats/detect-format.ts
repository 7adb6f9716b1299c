/** The formats of this module. Of speedscope there is only a writer: it knows names and times alone. */
export type TraceFormat = 'otlp-lines' | 'jaeger' | 'zipkin' | 'chrome-trace' | 'speedscope';

/** Members by which a format is known, wherever they stand; the first of them in the text decides. */
const formats: ReadonlyMap<string, TraceFormat> = new Map([
  ['resourceSpans', 'otlp-lines'],
  ['resourceLogs', 'otlp-lines'],
  ['resourceMetrics', 'otlp-lines'],
  ['resourceProfiles', 'otlp-lines'],
  ['traceID', 'jaeger'],
  ['processes', 'jaeger'],
  ['traceId', 'zipkin'],
  ['localEndpoint', 'zipkin'],
  ['traceEvents', 'chrome-trace'],
  ['ph', 'chrome-trace'],
  ['$schema', 'speedscope'],
] as const);

/** What is looked at, in bytes or characters. */
const enough = 2 ** 16;

/**
 * Says from the first kilobytes of a file which format it has, or `null`. Compressed files are not understood: begin
 * with what was unpacked.
 */
export function detectTraceFormat(start: Uint8Array | string): TraceFormat | null {
  const beginning = start.slice(0, enough);
  const text = typeof beginning === 'string' ? beginning : new TextDecoder().decode(beginning);
  if (!/^\uFEFF?\s*[[{]/.test(text)) return null;
  // Every text of the document, also one that is cut off, so that nothing within one is taken for a member.
  for (const [, key = '', colon] of text.matchAll(/"([^"\\]*(?:\\(?:.|$)[^"\\]*)*)(?:"\s*(:)?|$)/gs)) {
    const format = colon === undefined ? undefined : formats.get(key);
    if (format !== undefined) return format;
  }
  if (/^\uFEFF?\s*\{\s*"data"\s*:\s*(?:\[|$)/.test(text)) return 'jaeger';
  return /^\uFEFF?\s*\[\s*\]?\s*$/.test(text) ? 'zipkin' : null;
}
