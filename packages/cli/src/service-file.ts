import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who runs the service of a database. */
export interface ServiceProcess {
  readonly pid: number;
  /** Where that number means something: a container may see the same file. */
  readonly hostname: string;
  /** Where it listens: the process of another service is never taken for it. */
  readonly host: string;
  readonly ports: readonly number[];
}

/** Says beside the database which process serves it, and where. */
export function writeServiceFile(
  databasePath: string,
  service: Pick<ServiceProcess, 'pid' | 'host' | 'ports'>,
): void {
  const content: ServiceProcess = { ...service, hostname: hostname() };
  writeFileSync(serviceFile(databasePath), `${JSON.stringify(content)}\n`, { mode: 0o600 });
}

/** Takes back what this process said, or one that was killed: whoever has the database open may. */
export function removeServiceFile(databasePath: string): void {
  rmSync(serviceFile(databasePath), { force: true });
}

/** The process that serves the database, or was killed while it did; `undefined` when none says so on this machine. */
export function readServiceFile(databasePath: string): ServiceProcess | undefined {
  try {
    const content = JSON.parse(readFileSync(serviceFile(databasePath), 'utf8')) as Partial<ServiceProcess>;
    const { pid, hostname: machine, host, ports } = content;
    if (!Number.isSafeInteger(pid) || pid! < 2 || machine !== hostname()) return undefined;
    if (typeof host !== 'string' || !Array.isArray(ports)) return undefined;
    return { pid: pid!, hostname: machine, host, ports };
  } catch {
    return undefined;
  }
}

/** Beside the database: two services never have the same one. */
function serviceFile(databasePath: string): string {
  return `${databasePath}.service`;
}
