import type { Finding } from './finding.ts';
import { otlpDestination } from './otlp-destination.ts';
import { addressOf, portOwner } from './port-owner.ts';
import { isOfService, type ReachableService } from './reachable-service.ts';
import { restartMend } from './restart-mend.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Names of what sends to a port without being told to. */
const DEFAULT_USERS: Readonly<Record<number, string>> = {
  4317: 'OTLP over gRPC',
  4318: 'OTLP over HTTP',
};

/**
 * Whether the service has the ports where programs send that are not told where to.
 *
 * @param wanted - Those that the settings name; none when nothing is to be sent there. The settings need not be those
 *   that the service was started with: the defaults count only where it has one of them, or has logged that it did not
 *   get one.
 * @param log - Of the service since its start.
 */
export async function checkPorts(
  wanted: readonly number[],
  env: Environment,
  service: ReachableService,
  log: string,
): Promise<readonly Finding[]> {
  const { url, endpointVariable } = otlpDestination(env, 'traces');
  // Programs of this shell are told where to.
  if (endpointVariable !== undefined && url !== undefined && isOfService(service, url)) return [];
  const isKnown = wanted.some((port) => DEFAULT_USERS[port] === undefined || service.ports.includes(port));
  const missing = wanted.filter(
    (port) => !service.ports.includes(port) && (isKnown || log.includes(`Port ${port} `)),
  );
  const { hostname } = addressOf(service.url);
  const owners = await Promise.all(
    missing.map(async (port) => ({ port, owner: await portOwner(hostname, port) })),
  );
  return owners.map(({ port, owner: { isTaken, told } }) => {
    const use = DEFAULT_USERS[port] ?? 'OTLP';
    return {
      check: 'ports',
      what: isTaken
        ? `Port ${port} (${use}) is taken by another program: what is sent there by default does not reach the service.`
        : `The service does not listen on port ${port} (${use}): what is sent there by default is lost.`,
      evidence: [`port ${port}: ${told}`, `the service has ${service.ports.join(', ')}`],
      mend: [
        isTaken
          ? `# stop what has the port (lsof -iTCP:${port} -sTCP:LISTEN), then:`
          : '# it takes the port at its start:',
        restartMend(service.named),
        '# or tell programs where the service is:',
        `export OTEL_EXPORTER_OTLP_ENDPOINT=${service.url}`,
      ],
    };
  });
}
