import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const compilers = { 'TypeScript 7': 'ts7/bin/tsc', 'TypeScript 6': 'typescript/bin/tsc' };
const steps = 30;
const rounds = 3;

export const title = `Types of a chain of ${steps} steps`;
export const measured = `What the compiler calls check time, in a process of its own, for a file with a sequential of ${steps}
steps over that for the same file with a sequential of one; the shortest of ${rounds} each.`;

const options = {
  target: 'es2022',
  lib: ['es2023'],
  module: 'nodenext',
  moduleResolution: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  types: [],
  noEmit: true,
};

/** Primitives, functions and inline functions in turns; after six steps it is a text again. */
const cycle = [
  'fetchPage',
  "(page) => ({ ...page, words: page.text.split(' ') })",
  'count',
  'async (total) => ({ total, isEven: total % 2 === 0 })',
  'retry(label)',
  '(text) => `${text}!`',
];

function program(length) {
  const chain = Array.from({ length }, (_, index) => `  ${cycle[index % cycle.length]},`);
  return `import { type InstrumentedPrimitive, lambda, retry, sequential } from '@tta/obs-primitives';

const fetchPage = lambda('fetch page', async (url: string) => ({ url, text: 'a b c', status: 200 as const }));
const count = ({ words }: { words: readonly string[] }) => words.length;
const label = lambda('label', ({ total, isEven }: { total: number; isEven: boolean }) => \`\${total} \${isEven}\`);

const chain = sequential(
${chain.join('\n')}
);
export const result: InstrumentedPrimitive<string, ${length % cycle.length === 0 ? 'string' : '{ url: string; text: string; status: 200 }'}> = chain;
export const all = [fetchPage, count, label, retry] as const;
`;
}

/** Like a user's program, that reads the compiled types; inside the repository, so that it finds them. */
function writeProgram(folder, length) {
  const project = join(folder, `${length}`);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(project, 'chain.ts'), program(length));
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: ['chain.ts'] }),
  );
  return project;
}

function checkSeconds(compiler, project) {
  let output;
  try {
    output = execFileSync(
      process.execPath,
      [join(root, 'node_modules', compiler), '-p', project, '--extendedDiagnostics'],
      { encoding: 'utf8' },
    );
  } catch (error) {
    throw new Error(`the generated chain does not compile: ${error.stdout}`, { cause: error });
  }
  const [, seconds] = /^Check time:\s+([\d.]+)s$/m.exec(output) ?? [];
  if (seconds === undefined) throw new Error(`${compiler} tells no check time`);
  return Number(seconds);
}

export function run() {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(root, '.cache', 'guard-'));
  try {
    const [one, many] = [writeProgram(folder, 1), writeProgram(folder, steps)];
    return Object.entries(compilers).map(([name, compiler]) => {
      const shortest = (project) =>
        Math.min(...Array.from({ length: rounds }, () => checkSeconds(compiler, project)));
      const [ofOne, ofMany] = [shortest(one), shortest(many)];
      return {
        figure: `extra seconds, ${name}`,
        value: ofMany - ofOne,
        unit: 's',
        about: `${ofOne.toFixed(3)} s with 1 step, ${ofMany.toFixed(3)} s with ${steps}`,
      };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
