import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const title = 'Size of a bundle';
export const measured = `Bytes after gzip of a program that uses sequential and nothing else: bundled and minified by esbuild,
without @opentelemetry/api, which the application brings along.`;

export async function run() {
  const { outputFiles } = await build({
    stdin: {
      contents: "export { sequential } from '@tta/obs-primitives';",
      resolveDir: root,
    },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['@opentelemetry/api'],
    write: false,
  });
  const [{ contents }] = outputFiles;
  return [
    {
      figure: 'sequential, bytes gzip',
      value: gzipSync(contents, { level: 9 }).length,
      unit: 'B',
      about: `${contents.length} B minified`,
    },
  ];
}
