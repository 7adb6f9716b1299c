import {
  writeChromeTrace,
  writeJaeger,
  writeOtlpLines,
  writeSpeedscope,
  writeZipkin,
  type TraceSpan,
} from '@tta/obs-tracing/formats';
import { UsageError } from '../command-error.ts';
import { nearestName } from '../nearest-name.ts';

/** Writes spans as the text of a file, part by part. */
export type SpanWriter = (spans: AsyncIterable<TraceSpan>) => AsyncIterable<string>;

const WRITERS: Readonly<Record<string, SpanWriter>> = {
  otlp: writeOtlpLines,
  jaeger: writeJaeger,
  zipkin: writeZipkin,
  chrome: writeChromeTrace,
  speedscope: writeSpeedscope,
};

/**
 * The writer of a format.
 *
 * @throws UsageError when there is no such format.
 */
export function writerOf(format: string): SpanWriter {
  const writer = Object.hasOwn(WRITERS, format) ? WRITERS[format] : undefined;
  if (writer !== undefined) return writer;
  const names = Object.keys(WRITERS);
  const nearest = nearestName(format, names);
  const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
  throw new UsageError(`--format must be one of ${names.join(', ')}, but is "${format}".${hint}`);
}
