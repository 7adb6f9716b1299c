import { describe, expect, it } from '@jest/globals';
import { isManifest, readManifest } from './manifests.ts';

const read = (path: string, text: string): Record<string, string> =>
  Object.fromEntries(readManifest(path, text));

describe('readManifest', () => {
  it('reads all sections of package.json', () => {
    const text = JSON.stringify({
      dependencies: { a: '1' },
      devDependencies: { b: '2' },
      scripts: { c: '3' },
      engines: { node: '>=20' },
    });

    expect(read('x/package.json', text)).toEqual({ a: '1', b: '2' });
  });

  it('reads requirements with extras, markers and comments', () => {
    const text =
      '# all\nFlask[async]==2.0 ; python_version > "3"\nrequests>=2,<3 # http\n-r other.txt\nbare\n';

    expect(read('requirements-dev.txt', text)).toEqual({ flask: '==2.0', requests: '>=2,<3', bare: 'any' });
  });

  it('reads Cargo.toml with tables, inline tables and targets', () => {
    const text = [
      '[package]',
      'version = "0.1.0"',
      '[dependencies]',
      'serde = { version = "1.0", features = ["derive"] }',
      'rand = "0.8"',
      "[target.'cfg(unix)'.dependencies]",
      'libc = "0.2"',
      '[dev-dependencies.criterion]',
      'version = "0.5"',
    ].join('\n');

    expect(read('Cargo.toml', text)).toEqual({ serde: '1.0', rand: '0.8', libc: '0.2', criterion: '0.5' });
  });

  it('reads go.mod with blocks and single lines', () => {
    const text =
      'module m\nrequire golang.org/x/net v0.1.0\nrequire (\n\tgithub.com/a/b v1.2.3 // indirect\n)\nreplace x => y v1.0.0\n';

    expect(read('go.mod', text)).toEqual({ 'golang.org/x/net': 'v0.1.0', 'github.com/a/b': 'v1.2.3' });
  });

  it('gives nothing for a broken manifest', () => {
    expect([
      read('package.json', '{'),
      read('package.json', 'null'),
      read('package.json', '{"dependencies":[1]}'),
    ]).toEqual([{}, {}, {}]);
  });
});

describe('isManifest', () => {
  it('passes by what was installed or vendored', () => {
    expect(
      ['package.json', 'a/go.mod', 'node_modules/x/package.json', 'my-package.json'].map(isManifest),
    ).toEqual([true, true, false, false]);
  });
});
