/**
 * Writes openapi.json: the operations of src/openapi and, as schemas, the types of `@tta/obs-protocol` that they answer.
 *
 *   node openapi/generate.mjs > openapi.json
 */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';
import { openApiDocument } from './document.mjs';

const operationsFile = fileURLToPath(new URL('../src/openapi/operations.ts', import.meta.url));

/** Node 20 reads no TypeScript. */
async function ownOperations() {
  const { outputFiles } = await build({
    entryPoints: [operationsFile],
    bundle: true,
    format: 'esm',
    write: false,
  });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  const { operations } = await import(`data:text/javascript;base64,${code}`);
  return operations;
}

const text = JSON.stringify(openApiDocument(await ownOperations()));
const style = await resolveConfig(fileURLToPath(new URL('../openapi.json', import.meta.url)));
process.stdout.write(await format(text, { ...style, parser: 'json' }));
