import { InvalidOptionError } from '@tta/obs-context';
import type { SloDefinition } from '../slo-definition.ts';

/** What a file says. */
export interface SloFile {
  readonly slos: readonly SloDefinition[];
  /** A line for each SLO that cannot be read and is left out: which, where and what can be read. */
  readonly unreadable: readonly string[];
  /** A line for whatever stands in the file and is not kept, and for what means something else here. */
  readonly warnings: readonly string[];
}

/** Who the written SLOs belong to. */
export interface SloFileOptions {
  /**
   * The service that the file names, as both formats ask for: lower-case letters, digits and `-`, at most 63.
   * @defaultValue 'primitives'
   */
  readonly service?: string;
  /**
   * Labels that every query matches, such as `{ job: 'shop' }`: whose SLOs these are where one Prometheus keeps
   * several services, of which two may have an SLO of the same name.
   * @defaultValue none
   */
  readonly matchers?: Readonly<Record<string, string>>;
}

/**
 * Runs the reader of one SLO.
 *
 * @returns undefined when it cannot be read, with the reason in `unreadable`.
 */
export function readable<T>(read: () => T, unreadable: string[]): T | undefined {
  try {
    return read();
  } catch (fault) {
    if (!(fault instanceof InvalidOptionError)) throw fault;
    unreadable.push(fault.message);
    return undefined;
  }
}

/** @throws InvalidOptionError (`OBS_ERR_INVALID_OPTION`) when the service has a name that files cannot hold. */
export function serviceOf({ service = 'primitives' }: SloFileOptions): string {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(service)) return service;
  throw new InvalidOptionError(
    `service is ${JSON.stringify(service)}; give 1 to 63 lower-case letters, digits and "-", no "-" at either end`,
  );
}

/** @throws InvalidOptionError (`OBS_ERR_INVALID_OPTION`) when two SLOs have one name. */
export function requireDistinct(slos: readonly SloDefinition[]): void {
  const names = new Set<string>();
  for (const { name } of slos) {
    if (names.has(name))
      throw new InvalidOptionError(`two SLOs are called "${name}"; give each a name of its own`);
    names.add(name);
  }
}

/** `99.9` of `0.999`, without the noise of a multiplication. */
export function percentOf(share: number): number {
  return shifted(share, 2);
}

/** `0.999` of `99.9`, without the noise of a division. */
export function shareOf(percent: number): number {
  return shifted(percent, -2);
}

function shifted(value: number, decimals: number): number {
  const [digits, exponent = '0'] = String(value).split('e');
  return Number(`${digits}e${Number(exponent) + decimals}`);
}
