/**
 * Writes src/sequential-signatures.ts: one call signature for each number of steps. One signature a
 * number, so that the compiler reports a mismatch at the steps that do not fit each other, and nowhere else.
 *
 *   node generate-sequential-signatures.mjs > src/sequential-signatures.ts
 */
const longest = 30;

/** The types between the steps: T0 goes into the first, Tn comes out of the last. */
const types = (steps) => Array.from({ length: steps + 1 }, (_, index) => `T${index}`);

function signature(steps) {
  const names = types(steps);
  const parameters = Array.from(
    { length: steps },
    (_, index) => `    step${index}: PrimitiveLike<${names[index]}, ${names[index + 1]}>,`,
  );
  return [`  <${names.join(', ')}>(`, ...parameters, `  ): InstrumentedPrimitive<T0, ${names[steps]}>;`].join(
    '\n',
  );
}

function sequentialSignatures() {
  return [
    '// Written by generate-sequential-signatures.mjs; change that, not this.',
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
