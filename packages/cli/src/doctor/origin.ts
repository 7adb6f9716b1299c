import type { AttributesJson } from '@tta/obs-protocol';

/** Who sent a span, as far as its resource tells. */
export interface Origin {
  readonly serviceName: string;
  /** One for all spans of a process; `undefined` when nothing tells which process it was. */
  readonly processKey: string | undefined;
  readonly hostName: string | undefined;
  readonly pid: number | undefined;
  /** One for all spans of one set-up of an SDK. */
  readonly resourceKey: string;
  /** The language of the SDK, as `telemetry.sdk.language` has it. */
  readonly language: string | undefined;
  /** `@tta/obs` has set it up. */
  readonly isOurs: boolean;
}

/** Reads the resource of a span. */
export function originOf(resource: AttributesJson): Origin {
  const hostName = textOf(resource['host.name']);
  const pid = pidOf(resource['process.pid']);
  const instance = textOf(resource['service.instance.id']);
  return {
    serviceName: textOf(resource['service.name']) ?? 'unknown_service',
    processKey: processKeyOf(hostName, pid, instance),
    hostName,
    pid,
    resourceKey: JSON.stringify(Object.entries(resource).sort(([one], [other]) => (one < other ? -1 : 1))),
    language: textOf(resource['telemetry.sdk.language']),
    isOurs: textOf(resource['telemetry.distro.name']) === 'tta-obs',
  };
}

/** In containers every process has the number 1: a number alone tells nothing. */
function processKeyOf(
  hostName: string | undefined,
  pid: number | undefined,
  instance: string | undefined,
): string | undefined {
  if (pid !== undefined && hostName !== undefined) return `${hostName} ${pid}`;
  return instance;
}

/** As a person would name it. */
export function originText({ serviceName, pid, hostName }: Origin): string {
  if (pid === undefined) return `"${serviceName}"`;
  return `"${serviceName}" (process ${pid}${hostName === undefined ? '' : ` on ${hostName}`})`;
}

/** They are two processes for certain: known and different, or of two services. */
export function isOtherProcess(one: Origin, other: Origin): boolean {
  if (one.processKey === undefined || other.processKey === undefined)
    return one.serviceName !== other.serviceName;
  return one.processKey !== other.processKey;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function pidOf(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number(value) : value;
  return Number.isSafeInteger(number) && (number as number) > 0 ? (number as number) : undefined;
}
