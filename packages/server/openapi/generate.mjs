/**
 * Writes openapi.json: the operations of src/openapi and, as schemas, the types of `@tta/obs-protocol` that they answer.
 *
 *   node openapi/generate.mjs > openapi.json
 */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';
import { openApiDocument } from './document.mjs';

const sources = fileURLToPath(new URL('../src/openapi', import.meta.url));
const exported = `
  export { operations } from './operations.ts';
  export { pathParameters, traceQuery } from './parameters.ts';
`;

/** Node 20 reads no TypeScript. */
async function ownOperations() {
  const { outputFiles } = await build({
    stdin: { contents: exported, resolveDir: sources },
    bundle: true,
    format: 'esm',
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

const text = JSON.stringify(openApiDocument(await ownOperations()));
const style = await resolveConfig(fileURLToPath(new URL('../openapi.json', import.meta.url)));
process.stdout.write(await format(text, { ...style, parser: 'json' }));
