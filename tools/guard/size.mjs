import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { buildPage } from '../bench/build-page.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const title = 'Size of a bundle, and of the page';
export const measured = `Bytes after gzip of a program that uses sequential and nothing else: bundled and minified by esbuild,
without @opentelemetry/api, which the application brings along. And of the script that the page begins with, built as it is
served: what it loads later, and the styles, come on top.`;

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
    entryScript(),
  ];
}

function entryScript() {
  const { bytes, gzipBytes, remove } = buildPage();
  remove();
  return {
    figure: 'page, entry script, bytes gzip',
    value: gzipBytes,
    unit: 'B',
    about: `${bytes} B minified`,
  };
}
