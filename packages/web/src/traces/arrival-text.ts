import type { Health } from '@tta/obs-protocol';
import { refusedText } from '../config/refused-text.ts';
import { countOf } from '../format/count.ts';

/**
 * What has reached a service that has no trace yet, so that who waits for one sees how far it came.
 *
 * @param host - Of the service, with the port.
 */
export function arrivalText(host: string, { status, stored, refused, queuedBytes }: Health): string {
  if (status === 'failing') return `The service at ${host} cannot store what it is sent.`;
  const others = [
    ...(stored === null || stored.logRecordCount === 0
      ? []
      : [countOf(stored.logRecordCount, 'log record', 'log records')]),
    ...(stored === null || stored.dataPointCount === 0
      ? []
      : [countOf(stored.dataPointCount, 'data point of a metric', 'data points of metrics')]),
  ];
  const refusals = refusedText(refused);
  return [
    `The service at ${host} listens.`,
    queuedBytes > 0
      ? 'Something has just arrived.'
      : others.length > 0
        ? `${others.join(' and ')} arrived, and no trace: let the program export traces as well.`
        : 'No trace has arrived.',
    ...(refusals === undefined ? [] : [`It refused ${refusals}: its log says why.`]),
  ].join(' ');
}
