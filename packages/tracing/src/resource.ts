import { hostname } from 'node:os';
import { defaultResource, resourceFromAttributes, type Resource } from '@opentelemetry/resources';

export interface ServiceIdentity {
  readonly serviceName: string;
  readonly serviceVersion?: string;
  /** `deployment.environment.name`: `development`, `staging`, `production`, … */
  readonly environment?: string;
  /** Tells this process from all others of the service. */
  readonly instanceId: string;
}

/** Who sends: the service, this instance of it, its host and its process, by the names of the semantic conventions. */
export function createResource(identity: ServiceIdentity): Resource {
  const { serviceName, serviceVersion, environment, instanceId } = identity;
  return defaultResource().merge(
    resourceFromAttributes({
      'service.name': serviceName,
      ...(serviceVersion === undefined ? {} : { 'service.version': serviceVersion }),
      'service.instance.id': instanceId,
      ...(environment === undefined ? {} : { 'deployment.environment.name': environment }),
      'host.name': hostname(),
      'host.arch': process.arch,
      'process.pid': process.pid,
      'process.runtime.name': 'nodejs',
      'process.runtime.version': process.versions.node,
    }),
  );
}
