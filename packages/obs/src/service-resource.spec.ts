import { mkdtempSync, realpathSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { readEnvironment } from './environment/read-environment.ts';
import { serviceResource } from './service-resource.ts';

const folder = process.cwd();
const [, script = ''] = process.argv;

afterEach(() => {
  process.chdir(folder);
  process.argv[1] = script;
});

function attributesOf(env: Record<string, string> = {}): Record<string, unknown> {
  return serviceResource({ name: 'shop', version: '1' }, readEnvironment(env), undefined).attributes;
}

describe('serviceResource', () => {
  it('gives each process an id of its own, unless the environment gives one', () => {
    const ids = [attributesOf(), attributesOf()].map((attributes) => attributes['service.instance.id']);
    expect(new Set(ids).size).toBe(2);
    expect(attributesOf({ OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=i-7' })).toMatchObject({
      'service.instance.id': 'i-7',
    });
  });

  it('lets the version in the code win over the environment', () => {
    expect(attributesOf({ OTEL_RESOURCE_ATTRIBUTES: 'service.version=2' })).toMatchObject({
      'service.version': '1',
    });
  });

  it('survives that the current folder is gone, and that there is no script', () => {
    const gone = realpathSync(mkdtempSync(join(tmpdir(), 'tta-gone-')));
    process.chdir(gone);
    rmdirSync(gone);
    process.argv.length = 1;
    const attributes = attributesOf();
    expect(attributes).toMatchObject({ 'service.name': 'shop' });
    expect(
      Object.keys(attributes).filter((name) => /^vcs\.|^process\.(command|working_directory)$/.test(name)),
    ).toEqual([]);
  });
});
