import { readFileSync } from 'node:fs';
import { arch, hostname, platform, release } from 'node:os';
import { basename } from 'node:path';
import {
  defaultResource,
  type DetectedResourceAttributes,
  resourceFromAttributes,
  type Resource,
} from '@opentelemetry/resources';
import { attributeNames, systemRandom } from '@tta/obs-context';
import { findGitCheckout } from './resource/git-checkout.ts';
import { hasUncommittedChanges } from './resource/uncommitted-changes.ts';

/** Which service the program is. */
export interface ServiceIdentity {
  readonly serviceName: string;
  readonly serviceVersion?: string;
  /** `deployment.environment.name`: `development`, `staging`, `production`, … */
  readonly environment?: string;
  /** Tells this process from all others of the service. @defaultValue a new UUID */
  readonly instanceId?: string;
}

/** What a resource says beside the service. */
export interface ResourceOptions {
  /** Further attributes. They win over what is found out here, and lose to the identity. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** What set OpenTelemetry up: `telemetry.distro.*`. */
  readonly distribution?: { readonly name: string; readonly version: string };
  /** Where to look for the git checkout that the program runs from. @defaultValue not looked for */
  readonly checkout?: CheckoutSearch;
}

/** Where the git checkout of the program is looked for. */
export interface CheckoutSearch {
  /** The first that lies in a checkout counts; folders above each are looked at as well. */
  readonly directories: readonly string[];
  /**
   * Folders with programs, as in `PATH`. git is taken from there to tell whether files differ from the
   * commit. @defaultValue that is left out
   */
  readonly searchPath?: string;
}

/**
 * Who sends: the service, this instance of it, its host, its process and the commit it runs from, by the
 * names of the semantic conventions. The name of the person (`process.owner`) and the arguments of the
 * program (`process.command_args`) are left out: they are personal, or may hold secrets.
 *
 * `tta.vcs.dirty` says whether tracked files differ from the commit. It is there a moment later: see
 * `asyncAttributesPending` of the resource. Nothing here throws for an odd repository.
 */
export function createResource(identity: ServiceIdentity, options: ResourceOptions = {}): Resource {
  const { serviceName, serviceVersion, environment, instanceId = systemRandom.uuid() } = identity;
  const { distribution } = options;
  return [
    hostAttributes(),
    processAttributes(),
    options.checkout ? checkoutAttributes(options.checkout) : {},
    { ...options.attributes },
    {
      'service.name': serviceName,
      'service.version': serviceVersion,
      'service.instance.id': instanceId,
      'deployment.environment.name': environment,
      'telemetry.distro.name': distribution?.name,
      'telemetry.distro.version': distribution?.version,
    },
  ].reduce<Resource>(
    (resource, attributes) => resource.merge(resourceFromAttributes(withoutUndefined(attributes))),
    defaultResource(),
  );
}

function hostAttributes(): DetectedResourceAttributes {
  return {
    'host.name': hostname(),
    'host.arch': architectures[arch()] ?? arch(),
    'host.id': machineId(),
    'os.type': platforms[platform()] ?? platform(),
    'os.version': release(),
  };
}

function processAttributes(): DetectedResourceAttributes {
  return {
    'process.pid': process.pid,
    'process.executable.name': basename(process.execPath),
    'process.executable.path': process.execPath,
    'process.command': process.argv[1],
    'process.working_directory': workingDirectory(),
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'process.runtime.description': 'Node.js',
  };
}

/** Mostly where the program was started: what stack traces name lies in it. */
function workingDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    // It was deleted.
    return undefined;
  }
}

function checkoutAttributes({ directories, searchPath }: CheckoutSearch): DetectedResourceAttributes {
  for (const directory of directories) {
    const checkout = findGitCheckout(directory);
    if (!checkout) continue;
    return {
      'vcs.repository.url.full': checkout.repositoryUrl,
      'vcs.ref.head.name': checkout.branch,
      'vcs.ref.head.revision': checkout.revision,
      [attributeNames.vcsDirty]:
        searchPath === undefined ? undefined : hasUncommittedChanges(checkout, searchPath),
    };
  }
  return {};
}

/** By the names of the semantic conventions where Node's differ. */
const architectures: Readonly<Record<string, string>> = {
  arm: 'arm32',
  ia32: 'x86',
  ppc: 'ppc32',
  x64: 'amd64',
};
const platforms: Readonly<Record<string, string>> = { sunos: 'solaris', win32: 'windows' };

/** Linux only: elsewhere a program would have to be started for it. */
function machineId(): string | undefined {
  if (platform() !== 'linux') return undefined;
  try {
    const id = readFileSync('/etc/machine-id', 'utf8').trim();
    return /^[0-9a-f]{32}$/.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

function withoutUndefined(attributes: DetectedResourceAttributes): DetectedResourceAttributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
