import { describe, expect, it } from '@jest/globals';
import { isManifest, readManifest } from './manifests.ts';

describe('isManifest', () => {
  it.each([
    ['package.json', true],
    ['packages/one/package.json', true],
    ['requirements.txt', true],
    ['requirements-dev.txt', true],
    ['crates/one/Cargo.toml', true],
    ['go.mod', true],
    ['package-lock.json', false],
    ['my-package.json', false],
    ['node_modules/left/package.json', false],
    ['vendor/left/go.mod', false],
  ])('says of %s %j', (path, expected) => {
    expect(isManifest(path)).toBe(expected);
  });
});

describe('readManifest', () => {
  it.each<[string, string, Record<string, string>]>([
    [
      'package.json',
      '{"dependencies":{"a":"1.0.0"},"devDependencies":{"b":"^2"},"peerDependencies":{"a":"*","c":3}}',
      { a: '1.0.0', b: '^2' },
    ],
    ['package.json', '{"dependencies":', {}],
    ['package.json', 'null', {}],
    ['package.json', '{"dependencies":["a"],"devDependencies":"b"}', {}],
    ['package.json', '{"dependencies":{"__proto__":"1.0.0"}}', { ['__proto__']: '1.0.0' }],
    [
      'requirements.txt',
      '# tools\r\nFlask==2.0 # web\nrequests[socks]>=2,<3 ; python_version > "3"\nbare\n-r other.txt\n--hash=x\n',
      { flask: '==2.0', requests: '>=2,<3', bare: 'any' },
    ],
    [
      'Cargo.toml',
      [
        '[package]',
        'version = "0.1.0"',
        '[dependencies]',
        'serde = "1.0" # comment',
        'tokio = { version = "1.40", features = ["full"] }',
        'local = { path = "../local" }',
        'shared.workspace = true',
        '[dev-dependencies]',
        "quick = '2'",
        '[dependencies.regex]',
        'version = "1.11"',
        'default-features = false',
        '[target."cfg(unix)".dependencies]',
        'libc = "0.2"',
        '[workspace.dependencies.log]',
        'git = "x"',
      ].join('\n'),
      {
        serde: '1.0',
        tokio: '1.40',
        local: '../local',
        shared: 'any',
        quick: '2',
        regex: '1.11',
        libc: '0.2',
        log: 'any',
      },
    ],
    [
      'go.mod',
      'module demo\n\ngo 1.24\nrequire example.test/a v1.2.3\nrequire (\n\texample.test/b v0.1.0 // indirect\n)\nreplace (\n\texample.test/c v1.0.0\n)\n',
      { 'example.test/a': 'v1.2.3', 'example.test/b': 'v0.1.0' },
    ],
    ['unknown.txt', 'a==1', {}],
  ])('reads %s %j', (path, text, expected) => {
    expect(new Map(readManifest(path, text))).toEqual(new Map(Object.entries(expected)));
  });
});
