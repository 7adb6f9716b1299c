import type { Health } from '@tta/obs-protocol';
import { formatBytes } from '../format-bytes.ts';
import { OtherVersionError } from '../other-version-error.ts';
import { ownPath } from '../own-path.ts';
import { ServiceClient } from '../service-client.ts';
import type { ServiceSettings } from '../service-settings.ts';
import type { Finding } from './finding.ts';
import { addressOf, portOwner } from './port-owner.ts';
import { restartMend, startMend, withDatabase } from './restart-mend.ts';

const LIMIT_MS = 1_000;
const HIGHEST_PORT = 65_535;
const DEFAULT_PORT = 8765;
const NO_SPACE = /ENOSPC|no space|disk is full|database or disk is full|SQLITE_FULL/i;

export interface ServiceState {
  /** `undefined` when no service of ours answers as this program wants it. */
  readonly health: Health | undefined;
  readonly findings: readonly Finding[];
}

export interface ServiceCheckOptions {
  readonly settings: Pick<ServiceSettings, 'host' | 'port' | 'token' | 'databasePath' | 'isDatabaseNamed'>;
  /** Of this program: the service should be of the same. */
  readonly version: string;
  /** The flags by which the service was named, for commands that mend it. */
  readonly named: string;
}

/** Whether the service runs where it is looked for, is ours, lets us in, and can store what it is sent. */
export async function checkService(options: ServiceCheckOptions): Promise<ServiceState> {
  const { settings, version } = options;
  const client = new ServiceClient(settings);
  const health = await client.probe();
  if (health === 'locked') return { health: undefined, findings: [lockedFinding(client, options)] };
  if (health === undefined) return { health, findings: [await absentFinding(client.url, options)] };
  const kept = { ...options, named: withDatabase(options.named, settings, health) };
  if (await answersOtherwise(client)) {
    return { health: undefined, findings: [otherVersionFinding(client.url, health.version, kept)] };
  }
  const isMeant = !settings.isDatabaseNamed || health.databasePath === ownPath(settings.databasePath);
  return {
    health,
    findings: [
      ...(isOlder(health.version, version) ? [olderFinding(client.url, health.version, kept)] : []),
      ...(isMeant ? [] : [otherDatabaseFinding(client.url, health, options)]),
      ...(health.problem === null ? [] : [failingFinding(client.url, health, health.problem, kept)]),
    ],
  };
}

function lockedFinding(
  client: ServiceClient,
  { settings: { token } }: Pick<ServiceCheckOptions, 'settings'>,
): Finding {
  return {
    check: 'service',
    what: client.lockedMessage(),
    evidence: [
      `GET ${client.url}/health was answered 401, ${token === undefined ? 'without a token' : 'with the token given'}`,
    ],
    mend: ['# the token is in the address that the service printed at its start:', "export TTA_UI_TOKEN='…'"],
  };
}

/** Nothing, somebody else, or an older service is there. */
async function absentFinding(url: string, options: ServiceCheckOptions): Promise<Finding> {
  const older = await olderVersion(url);
  if (older !== undefined) return olderFinding(url, older, options);
  const { settings, named } = options;
  const { hostname, port } = addressOf(url);
  const { isTaken, told } = await portOwner(hostname, port);
  const evidence = [`${settings.host}:${port}: ${told}`];
  if (!isTaken) {
    return { check: 'service', what: `No service runs at ${url}.`, evidence, mend: [startMend(named)] };
  }
  const other = await untakenPort(hostname, port);
  return {
    check: 'service',
    what: `Port ${port} is taken by another program, so the service cannot be there.`,
    evidence,
    mend: [
      `# which one it is: lsof -iTCP:${port} -sTCP:LISTEN; stop it, or take another port:`,
      named.includes('--port')
        ? startMend(named.replace(/--port \d+/, `--port ${other}`))
        : `tta-obs config set port ${other} && ${startMend(named)}`,
    ],
  };
}

/** The next one on which nothing listens. */
async function untakenPort(host: string, port: number): Promise<number> {
  for (let other = port + 1; other <= HIGHEST_PORT; other++) {
    if (!(await portOwner(host, other)).isTaken) return other;
  }
  return DEFAULT_PORT;
}

function olderFinding(url: string, found: string, { version, named }: ServiceCheckOptions): Finding {
  return {
    check: 'service',
    what: `The service at ${url} is of an older version than this program.`,
    evidence: [`it is ${found}, this program ${version}`],
    mend: [restartMend(named)],
  };
}

/** Its version may be the same number, as of two builds of one release. */
function otherVersionFinding(url: string, found: string, { version, named }: ServiceCheckOptions): Finding {
  return {
    check: 'service',
    what: `The service at ${url} answers in another form than this program reads.`,
    evidence: [`it is ${found}, this program ${version}`],
    mend: [restartMend(named)],
  };
}

function otherDatabaseFinding(
  url: string,
  { databasePath }: Health,
  { settings, named }: ServiceCheckOptions,
): Finding {
  return {
    check: 'service',
    what: `The service at ${url} keeps another database than the one that is named.`,
    evidence: [`it keeps ${databasePath}`, `${ownPath(settings.databasePath)} is named`],
    mend: ['# by what names it: tta-obs config; or start the service with it:', restartMend(named)],
  };
}

function failingFinding(
  url: string,
  { databasePath, stored }: Health,
  problem: string,
  { named }: ServiceCheckOptions,
): Finding {
  const isFull = NO_SPACE.test(problem);
  const size = stored === null ? '' : `, with ${formatBytes(stored.fileBytes)}`;
  return {
    check: 'service',
    what: `The service at ${url} fails: ${isFull ? 'its disk is full' : 'it cannot store what it is sent'}.`,
    evidence: [problem, `its database is ${databasePath}${size}`],
    mend: isFull
      ? [
          '# make room on that disk, or let the service keep less:',
          'tta-obs config set maxBytes 200MB',
          restartMend(named),
        ]
      : ['# its log says what failed; then:', restartMend(named)],
  };
}

/** The version of a service of ours whose health has another form. */
async function olderVersion(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/health`, {
      redirect: 'error',
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const body = (await response.json()) as Readonly<Record<string, unknown>> | null;
    // Many programs tell their version; none but ours where its traces are.
    if (typeof body?.['databasePath'] !== 'string' || typeof body['version'] !== 'string') return undefined;
    return body['version'];
  } catch {
    return undefined;
  }
}

async function answersOtherwise(client: ServiceClient): Promise<boolean> {
  try {
    await client.newestTraces(1);
    return false;
  } catch (error) {
    if (error instanceof OtherVersionError) return true;
    throw error;
  }
}

/** By the numbers of the version; what comes behind a dash is left aside. */
function isOlder(found: string, wanted: string): boolean {
  const [left, right] = [found, wanted].map((version) => version.split('-')[0]!.split('.').map(Number));
  for (const [at, number] of right!.entries()) {
    if (left![at] !== number) return (left![at] ?? 0) < number;
  }
  return false;
}
