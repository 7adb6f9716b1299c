import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who runs the service of a database. */
export interface ServiceProcess {
  readonly pid: number;
  /** Where that number means something: a container may see the same file. */
  readonly hostname: string;
  /** All that it listens on: the process of another service is never taken for it. */
  readonly ports: readonly number[];
}

/** Says beside the database which process serves it, and where. */
export function writeServiceFile(databasePath: string, pid: number, ports: readonly number[]): void {
  const content: ServiceProcess = { pid, hostname: hostname(), ports };
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
    const { pid, hostname: host, ports } = content;
    if (!Number.isSafeInteger(pid) || pid! < 2 || host !== hostname() || !Array.isArray(ports))
      return undefined;
    return { pid: pid!, hostname: host, ports };
  } catch {
    return undefined;
  }
}

/** Beside the database: two services never have the same one. */
function serviceFile(databasePath: string): string {
  return `${databasePath}.service`;
}
