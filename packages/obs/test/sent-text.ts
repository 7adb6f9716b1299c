import type { OtlpSink } from '@tta/obs-testing/otlp-sink';

/** All that was sent: names and texts are plain UTF-8 in each encoding. */
export function sentText({ requests }: Pick<OtlpSink, 'requests'>): string {
  return requests.map(({ body }) => body.toString('utf8')).join('\n');
}
