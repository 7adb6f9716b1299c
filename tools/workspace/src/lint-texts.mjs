// Lints texts as if they stood in given files, with the project graph that the boundary rule needs.
// Reads [{ file, text }] as JSON from standard input, prints one list of messages for each.
// A process of its own, because Nx and ESLint do not load inside Jest's module sandbox.
import { text } from 'node:stream/consumers';
import { createProjectGraphAsync, workspaceRoot } from '@nx/devkit';
import { ESLint } from 'eslint';

const cases = JSON.parse(await text(process.stdin));
await createProjectGraphAsync({ exitOnError: true });
const eslint = new ESLint({ cwd: workspaceRoot });
const messages = [];
for (const { file, text: code } of cases) {
  const [result] = await eslint.lintText(code, { filePath: `${workspaceRoot}/${file}` });
  messages.push(result.messages.map(({ ruleId, message }) => `${ruleId}: ${message}`));
}
process.stdout.write(JSON.stringify(messages));
