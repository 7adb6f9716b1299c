/**
 * Writes src/sequential-signatures.ts: one call signature for each number of steps. With one signature a
 * number, the compiler has no other to try and reports a mismatch at a step instead of at the whole call.
 *
 * That step is the one that does not take what comes before it, because what passes between two steps is
 * inferred from the first of them alone: `NoInfer` on the second. As long as nothing is known of it, it is
 * `any`: when the compiler looks at a call for the first time, it leaves out inline functions, and neither
 * they nor the steps after them may fail by that. No `any` is left when it has looked at all.
 *
 *   node generate-sequential-signatures.mjs > src/sequential-signatures.ts
 */
const longest = 30;

/** T0 goes into the first step, T1 comes out of it and goes into the second, Tn comes out of the last, as do the chunks. */
function signature(steps) {
  const outputs = Array.from({ length: steps }, (_, index) => `T${index + 1}`);
  const parameters = outputs.map((output, index) => {
    const input = index === 0 ? 'T0' : `NoInfer<T${index}>`;
    const chunk = index === steps - 1 ? ', Chunk' : '';
    return `    step${index}: PrimitiveLike<${input}, ${output}${chunk}>,`;
  });
  const types = ['T0', ...outputs.map((output) => `${output} = any`), 'Chunk = never'];
  return [
    `  <${types.join(', ')}>(`,
    ...parameters,
    `  ): InstrumentedPrimitive<T0, T${steps}, Chunk>;`,
  ].join('\n');
}

function sequentialSignatures() {
  return [
    '// Written by generate-sequential-signatures.mjs; change that, not this.',
    '/* oxlint-disable typescript/no-explicit-any -- never inferred, see there */',
    "import type { InstrumentedPrimitive, PrimitiveLike } from '@tta/obs-instrumentation';",
    '',
    '/** The output of each step is the input of the next. */',
    'export interface Sequential {',
    ...Array.from({ length: longest }, (_, index) => signature(index + 1)),
    '}',
    '',
  ].join('\n');
}

process.stdout.write(sequentialSignatures());
