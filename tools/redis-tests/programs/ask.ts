import { shareAnswers } from '../src/shared-answers.ts';

/* Asks a cache for what is named on the command line, and says what it answered and how often its step ran. */

const [path = '', ...questions] = process.argv.slice(2);
const answers = shareAnswers(path);
let calls = 0;
const cached = answers.cache((question) => {
  calls++;
  return { question, by: process.pid, none: null };
});
const said = [];
for (const question of questions) said.push(await cached.execute(question));
console.log(JSON.stringify({ pid: process.pid, calls, said, stats: cached.stats() }));
await answers.close();
