import {
  readChromeTrace,
  readJaeger,
  readOtlpLines,
  readZipkin,
  type TraceFormat,
  type TraceRecord,
  type TraceSource,
} from '@tta/obs-tracing/formats';
import { UsageError } from '../command-error.ts';
import { nearestName } from '../nearest-name.ts';
import { FileError } from './file-error.ts';

/** How a format of files is read. */
export interface ImportFormat {
  /** What people call it. */
  readonly title: string;
  read(source: TraceSource): AsyncIterable<TraceRecord>;
}

const FORMATS: Readonly<Record<string, ImportFormat>> = {
  otlp: { title: 'OTLP', read: (source) => readOtlpLines(source) },
  jaeger: { title: 'Jaeger', read: (source) => readJaeger(source) },
  zipkin: { title: 'Zipkin', read: (source) => readZipkin(source) },
  chrome: { title: 'Chrome trace events', read: (source) => readChromeTrace(source) },
};

const NAMES: Readonly<Record<Exclude<TraceFormat, 'speedscope'>, string>> = {
  'otlp-lines': 'otlp',
  jaeger: 'jaeger',
  zipkin: 'zipkin',
  'chrome-trace': 'chrome',
};

/**
 * The format of that name.
 *
 * @throws UsageError when there is no such format, or it cannot be read.
 */
export function formatNamed(name: string): ImportFormat {
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (format !== undefined) return format;
  const nearest = nearestName(name, Object.keys(FORMATS));
  const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
  throw new UsageError(
    `--format must be one of ${Object.keys(FORMATS).join(', ')}, but is "${name}".${hint}`,
  );
}

/**
 * The format that was detected in a file.
 *
 * @throws FileError when that cannot be read.
 */
export function formatDetected(detected: TraceFormat | null, file: string): ImportFormat {
  if (detected === null) {
    throw new FileError(
      `${file} is not in a format that is known: name it with --format, or see tta-obs import --help.`,
    );
  }
  if (detected === 'speedscope') {
    throw new FileError(
      `${file} is for speedscope, which has names and times alone: export the traces again with --format otlp.`,
    );
  }
  return FORMATS[NAMES[detected]]!;
}

/** What to say of a file without a span in the format that was named; `undefined` when it has that format. */
export function otherFormatText(named: ImportFormat, detected: TraceFormat | null): string | undefined {
  const found = detected === null || detected === 'speedscope' ? undefined : FORMATS[NAMES[detected]]!;
  if (found === named) return undefined;
  const nothing = `nothing in it is a span of ${named.title}`;
  return found === undefined ? nothing : `${nothing}: it looks like ${found.title}, so leave out --format`;
}
