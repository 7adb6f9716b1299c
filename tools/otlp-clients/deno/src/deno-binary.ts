import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('..', import.meta.url);

/** The binary itself: the package's own start script would be one process more. */
export function denoBinary(): string {
  const platforms = new URL('node_modules/@deno/', folder);
  const [platform = ''] = readdirSync(platforms);
  return fileURLToPath(new URL(`${platform}/deno${process.platform === 'win32' ? '.exe' : ''}`, platforms));
}
