import { ownVersion } from '../own-version.ts';
import type { ProgressLine } from '../progress-line.ts';
import { ServiceClient } from '../service-client.ts';
import type { ServiceSettings } from '../service-settings.ts';
import { checkTraces, skipTraces } from './check-traces.ts';
import { checkDestination } from './destination-check.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { CheckName, CheckResult } from './finding.ts';
import { listTraces } from './list-traces.ts';
import { logSinceStart } from './log-since-start.ts';
import { checkPorts } from './ports-check.ts';
import type { ReachableService } from './reachable-service.ts';
import { readEvidence } from './read-evidence.ts';
import { checkRefusals } from './refusals-check.ts';
import { withDatabase } from './restart-mend.ts';
import { checkService } from './service-check.ts';
import { checkVariables } from './variables-check.ts';

export interface ExamineOptions {
  readonly settings: ServiceSettings;
  /** The flags by which the service was named, for commands that mend it. */
  readonly named: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Traces that began so long ago at most are looked at. @defaultValue the newest 200 */
  readonly windowMs?: number;
  readonly now: () => number;
  readonly progress: Pick<ProgressLine, 'show'>;
}

/** Looks at the service, at the variables of this shell, and at what is stored. */
export async function examineSetUp(options: ExamineOptions): Promise<Diagnosis> {
  const { settings, named, env, windowMs, now, progress } = options;
  const client = new ServiceClient(settings);
  const { health, findings } = await checkService({ settings, named, version: ownVersion() });
  const first: readonly CheckResult[] = [
    { check: 'service', findings },
    { check: 'variables', findings: checkVariables(env) },
  ];
  if (health === undefined) {
    const skipped = 'no service could be asked';
    const others: readonly CheckName[] = ['ports', 'destination', 'refusals'];
    return {
      url: client.url,
      results: [...first, ...others.map((check) => ({ check, skipped })), ...skipTraces(skipped)],
      traceCount: 0,
      unreadCount: 0,
    };
  }
  const service: ReachableService = {
    url: client.url,
    host: settings.host,
    ports: health.ports,
    token: (await wantsToken(settings)) ? settings.token : undefined,
    named: withDatabase(named, settings, health),
  };
  const { summaries, isCut } = await listTraces(client, windowMs, now);
  const { evidence, unreadCount } = await readEvidence(client, summaries, { now, progress });
  const later = await client.probe();
  const log = logSinceStart(health.databasePath);
  return {
    url: client.url,
    results: [
      ...first,
      { check: 'ports', findings: await checkPorts(settings.otlpPorts, env, service, log) },
      { check: 'destination', findings: await checkDestination(env, service) },
      checkRefusals(health, typeof later === 'object' ? later : health),
      ...checkTraces(evidence, service),
    ],
    traceCount: evidence.traces.length,
    unreadCount,
    isCut,
  };
}

/** A service without a token takes any. */
async function wantsToken({ host, port }: Pick<ServiceSettings, 'host' | 'port'>): Promise<boolean> {
  return (await new ServiceClient({ host, port }).probe()) === 'locked';
}
