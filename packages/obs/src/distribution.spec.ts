import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { distribution } from './distribution.ts';

it('has the version of the package', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as object;
  expect(manifest).toMatchObject({ version: distribution.version });
});
