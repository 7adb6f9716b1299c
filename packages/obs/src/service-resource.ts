import { dirname } from 'node:path';
import { systemRandom } from '@tta/obs-context';
import { createResource, type TracingOptions } from '@tta/obs-tracing';
import { distribution } from './distribution.ts';
import type { EnvironmentSettings } from './environment/read-environment.ts';

export interface Service {
  readonly name: string;
  readonly version: string | undefined;
}

/**
 * Who sends: what the code says, else the environment, else what can be found out.
 *
 * @param searchPath - Where git is looked for; without it nobody asks whether files differ from the commit.
 */
export function serviceResource(
  service: Service,
  env: EnvironmentSettings,
  searchPath: string | undefined,
): TracingOptions['resource'] {
  const { attributes } = env.resource;
  const environment = attributes['deployment.environment.name'] ?? env.environment;
  return createResource(
    {
      serviceName: service.name,
      instanceId: attributes['service.instance.id'] ?? systemRandom.uuid(),
      ...(service.version === undefined ? {} : { serviceVersion: service.version }),
      ...(environment === undefined ? {} : { environment }),
    },
    {
      attributes,
      distribution,
      checkout: {
        directories: programFolders(),
        ...(searchPath === undefined ? {} : { searchPath }),
      },
    },
  );
}

/** Where the program lies, then where it was started: a tool that is installed elsewhere works on the latter. */
function programFolders(): string[] {
  const script = process.argv[1];
  return [...(script === undefined ? [] : [dirname(script)]), ...currentFolder()];
}

function currentFolder(): string[] {
  try {
    return [process.cwd()];
  } catch {
    // It was deleted.
    return [];
  }
}
