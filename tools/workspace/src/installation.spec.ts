import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { workspaceRoot } from './workspace-root.ts';

interface Packages {
  readonly packages: Readonly<Record<string, { version?: string; link?: boolean; optional?: boolean }>>;
}
interface Installation {
  readonly nodeComplaint: (version: string) => string | undefined;
  readonly isInstalled: (lock: Packages, record: Packages) => boolean;
}

let installation: Installation;
beforeAll(async () => {
  const file = pathToFileURL(join(workspaceRoot, 'tools/start/installation.mjs')).href;
  installation = (await import(file)) as Installation;
});

describe('nodeComplaint', () => {
  it.each(['18.20.8', '20.18.3', '8.0.0'])('names the oldest Node that will do to Node %s', (version) => {
    expect(installation.nodeComplaint(version)).toBe(
      `Node ${version} is too old: install Node 20.19 or newer`,
    );
  });

  it.each(['20.19.0', '22.1.0', '24.21.0'])('accepts Node %s', (version) => {
    expect(installation.nodeComplaint(version)).toBeUndefined();
  });
});

describe('isInstalled', () => {
  const lock: Packages = {
    packages: {
      '': {},
      'packages/context': { version: '0.1.0' },
      'node_modules/@tta/obs-context': { link: true },
      'node_modules/jest': { version: '30.5.2' },
      'node_modules/other-platform': { version: '1.0.0', optional: true },
    },
  };

  it('needs neither links nor what is for other platforms', () => {
    const record: Packages = { packages: { 'node_modules/jest': { version: '30.5.2' } } };
    expect(installation.isInstalled(lock, record)).toBe(true);
  });

  it('misses a package that is not there', () => {
    expect(installation.isInstalled(lock, { packages: {} })).toBe(false);
  });

  it('misses a package in another version', () => {
    const record: Packages = { packages: { 'node_modules/jest': { version: '30.5.1' } } };
    expect(installation.isInstalled(lock, record)).toBe(false);
  });
});
