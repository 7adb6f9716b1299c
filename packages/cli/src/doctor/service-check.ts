import type { Health } from '@tta/obs-protocol';
import { formatBytes } from '../format-bytes.ts';
import { ServiceClient } from '../service-client.ts';
import type { ServiceSettings } from '../service-settings.ts';
import type { Finding } from './finding.ts';
import { portOwner } from './port-owner.ts';

const LIMIT_MS = 1_000;
const NO_SPACE = /ENOSPC|no space|disk is full|database or disk is full|SQLITE_FULL/i;

export interface ServiceState {
  /** `undefined` when no service of ours answers as this program wants it. */
  readonly health: Health | undefined;
  readonly findings: readonly Finding[];
}

/**
 * Whether the service runs where it is looked for, is ours, lets us in, and can store what it is sent.
 *
 * @param version - Of this program: the service should be of the same.
 */
export async function checkService(
  settings: Pick<ServiceSettings, 'host' | 'port' | 'token'>,
  version: string,
): Promise<ServiceState> {
  const client = new ServiceClient(settings);
  const health = await client.probe();
  if (health === 'locked') return { health: undefined, findings: [lockedFinding(client, settings)] };
  if (health === undefined) return { health, findings: [await absentFinding(client.url, settings, version)] };
  return {
    health,
    findings: [
      ...(isOlder(health.version, version) ? [olderFinding(client.url, health.version, version)] : []),
      ...(health.problem === null ? [] : [failingFinding(client.url, health, health.problem)]),
    ],
  };
}

function lockedFinding(client: ServiceClient, { token }: Pick<ServiceSettings, 'token'>): Finding {
  return {
    check: 'service',
    what: client.lockedMessage(),
    evidence: [
      `GET ${client.url}/health was answered 401, ${token === undefined ? 'without a token' : 'with the token given'}`,
    ],
    mend: ['export TTA_UI_TOKEN=<the token, from the address that the service printed at its start>'],
  };
}

/** Nothing, somebody else, or an older service is there. */
async function absentFinding(
  url: string,
  { host, port }: Pick<ServiceSettings, 'host' | 'port'>,
  version: string,
): Promise<Finding> {
  const older = await olderVersion(url);
  if (older !== undefined) return olderFinding(url, older, version);
  const { isTaken, told } = await portOwner(new URL(url).hostname.replace(/^\[(.*)\]$/, '$1'), port);
  const evidence = [`${host}:${port}: ${told}`];
  if (!isTaken) {
    return {
      check: 'service',
      what: `No service runs at ${url}.`,
      evidence,
      mend: ['tta-obs start --detach'],
    };
  }
  return {
    check: 'service',
    what: `Port ${port} is taken by another program, so the service cannot be there.`,
    evidence,
    mend: [
      `# which one it is: lsof -iTCP:${port} -sTCP:LISTEN; stop it, or take another port:`,
      `tta-obs config set port ${port === 65_535 ? port - 1 : port + 1} && tta-obs start --detach`,
    ],
  };
}

function olderFinding(url: string, found: string, version: string): Finding {
  return {
    check: 'service',
    what: `The service at ${url} is of an older version than this program.`,
    evidence: [`it is ${found}, this program ${version}`],
    mend: ['tta-obs stop && tta-obs start --detach'],
  };
}

function failingFinding(url: string, health: Health, problem: string): Finding {
  const isFull = NO_SPACE.test(problem);
  return {
    check: 'service',
    what: `The service at ${url} fails: ${isFull ? 'its disk is full' : 'it cannot store what it is sent'}.`,
    evidence: [
      problem,
      `its database is ${health.databasePath}${health.stored === null ? '' : `, with ${formatBytes(health.stored.fileBytes)}`}`,
    ],
    mend: isFull
      ? [
          '# make room on that disk, or let the service keep less:',
          'tta-obs config set maxBytes 200MB',
          'tta-obs stop && tta-obs start --detach',
        ]
      : ['# what failed is in its log; then:', 'tta-obs stop && tta-obs start --detach'],
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

/** By the numbers of the version; what comes behind a dash is left aside. */
function isOlder(found: string, wanted: string): boolean {
  const [left, right] = [found, wanted].map((version) => version.split('-')[0]!.split('.').map(Number));
  for (const [at, number] of right!.entries()) {
    if (left![at] !== number) return (left![at] ?? 0) < number;
  }
  return false;
}
