import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Compiles what is measured: as a user gets it, not as tests read it. */
export function buildLibraries(...folders) {
  try {
    execFileSync(
      process.execPath,
      ['node_modules/ts7/bin/tsc', '-b', ...folders.map((folder) => `${folder}/tsconfig.lib.json`)],
      { cwd: root, stdio: ['ignore', 2, 2] },
    );
  } catch {
    process.stderr.write('error: the libraries do not compile, see above\n');
    process.exit(1);
  }
}
