import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

describe('openapi.json', () => {
  it('is what its generator makes of the operations and the types of the protocol', () => {
    const generator = fileURLToPath(new URL('../../openapi/generate.mjs', import.meta.url));
    const generated = execFileSync(process.execPath, [generator], { encoding: 'utf8' });
    const written = readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8');
    expect(written).toBe(generated);
  });

  it('names no address, which is that of the service it is read from', () => {
    const written = readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8');
    const { servers } = JSON.parse(written) as { servers: readonly { url: string }[] };
    expect(servers.map(({ url }) => url)).toEqual(['/']);
  });
});
