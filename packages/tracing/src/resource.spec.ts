import { readFileSync } from 'node:fs';
import { arch, hostname } from 'node:os';
import { afterEach, describe, expect, it } from '@jest/globals';
import { GitRepository, temporaryFolder } from '../test/git-repository.ts';
import { createResource } from './resource.ts';

const identity = { serviceName: 'shop', instanceId: 'i-1' };
const searchPath = process.env['PATH'] ?? '';

describe('createResource', () => {
  const repositories: GitRepository[] = [];

  afterEach(() => {
    for (const repository of repositories.splice(0)) repository.remove();
  });

  function checkout(): { repository: GitRepository; revision: string } {
    const repository = new GitRepository();
    repositories.push(repository);
    repository.write('file', '1');
    return { repository, revision: repository.commit() };
  }

  it('names the service, the SDK, the host and the process', () => {
    const resource = createResource(
      { ...identity, serviceVersion: '1.2.3', environment: 'staging' },
      { distribution: { name: 'tta-obs', version: '9.9.9' } },
    );
    expect(resource.asyncAttributesPending).toBe(false);
    expect(resource.attributes).toMatchObject({
      'service.name': 'shop',
      'service.version': '1.2.3',
      'service.instance.id': 'i-1',
      'deployment.environment.name': 'staging',
      'telemetry.sdk.name': 'opentelemetry',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.version': expect.stringMatching(/^2\./),
      'telemetry.distro.name': 'tta-obs',
      'telemetry.distro.version': '9.9.9',
      'host.name': hostname(),
      'host.arch': arch() === 'x64' ? 'amd64' : arch(),
      'os.type': process.platform,
      'process.pid': process.pid,
      'process.executable.name': 'node',
      'process.executable.path': process.execPath,
      'process.command': process.argv[1],
      'process.working_directory': process.cwd(),
      'process.runtime.name': 'nodejs',
      'process.runtime.version': process.versions.node,
      'process.runtime.description': 'Node.js',
    });
  });

  it('names neither the person nor the arguments, and nothing that is not known', () => {
    const { attributes } = createResource(identity);
    for (const name of ['process.owner', 'process.command_args', 'service.version', 'tta.vcs.dirty']) {
      expect(attributes).not.toHaveProperty([name]);
    }
    expect(Object.keys(attributes).filter((name) => name.startsWith('vcs.'))).toEqual([]);
  });

  it('takes the id of the machine where it has one', () => {
    let id: string | undefined;
    try {
      id = readFileSync('/etc/machine-id', 'utf8').trim() || undefined;
    } catch {
      id = undefined;
    }
    expect(createResource(identity).attributes['host.id']).toBe(id);
  });

  it('lets attributes win over what it finds out, and the identity over attributes', () => {
    const { attributes } = createResource(identity, {
      attributes: { 'host.name': 'web-1', 'service.name': 'other', 'service.namespace': 'acme' },
    });
    expect(attributes).toMatchObject({
      'host.name': 'web-1',
      'service.name': 'shop',
      'service.namespace': 'acme',
    });
  });

  it('names the commit of the first folder that lies in a checkout, and a moment later whether it is dirty', async () => {
    const { repository, revision } = checkout();
    const outside = temporaryFolder();
    for (const [text, dirty] of [
      ['1', false],
      ['22', true],
    ] as const) {
      repository.write('file', text);
      const resource = createResource(identity, {
        checkout: { directories: [outside, repository.root, checkout().repository.root], searchPath },
      });
      expect(resource.asyncAttributesPending).toBe(true);
      await resource.waitForAsyncAttributes?.();
      expect(resource.attributes).toMatchObject({
        'vcs.ref.head.name': 'main',
        'vcs.ref.head.revision': revision,
        'tta.vcs.dirty': dirty,
      });
      expect(resource.attributes).not.toHaveProperty(['vcs.repository.url.full']);
    }
  });

  it('starts no git without a search path or a checkout', () => {
    const directories = [checkout().repository.root];
    expect(createResource(identity, { checkout: { directories } }).asyncAttributesPending).toBe(false);
    const nowhere = createResource(identity, { checkout: { directories: ['/nonexistent'], searchPath } });
    expect(nowhere.asyncAttributesPending).toBe(false);
  });

  it('leaves open whether a checkout is dirty that names programs', async () => {
    const { repository } = checkout();
    repository.git('config', 'filter.x.clean', 'cat');
    const resource = createResource(identity, { checkout: { directories: [repository.root], searchPath } });
    await resource.waitForAsyncAttributes?.();
    expect(resource.attributes).toMatchObject({ 'vcs.ref.head.name': 'main' });
    expect(resource.attributes['tta.vcs.dirty']).toBeUndefined();
  });
});
