#!/usr/bin/env node
import { existsSync } from 'node:fs';

if (existsSync(new URL('../dist/process.js', import.meta.url))) {
  const { runProcess } = await import('../dist/process.js');
  process.exitCode = await runProcess(process.argv.slice(2));
} else {
  console.error(
    'tta-obs: It has not been built yet: run "npx nx build @tta/obs-cli" in the repository, or "npm start".',
  );
  process.exitCode = 1;
}
