import { stripVTControlCharacters } from 'node:util';

/** What a task says of its fault; of tests only a missed coverage, because their results are read from their own file. */
function complaint(printed) {
  if (!printed.includes('Test Suites:')) return printed;
  return printed
    .split('\n')
    .filter((line) => line.includes('coverage threshold'))
    .join('\n');
}

/** The failed tasks in what Nx prints in its static style, each with its complaint. */
export function failedTasks(output) {
  const text = stripVTControlCharacters(output);
  const listed = text.slice(text.lastIndexOf('Failed tasks:')).matchAll(/^- (\S+)$/gmu);
  // Where one target ran, its projects are listed, else tasks.
  const failed = Array.from(listed, ([, name]) => name);
  return text
    .split(/^> nx run /mu)
    .map((block) => ({ task: /^\S*/u.exec(block)[0], output: complaint(block.replace(/^.*\n+/u, '')) }))
    .filter(({ task, output: complained }) => {
      const isFailed = failed.some((name) => task === name || task.startsWith(`${name}:`));
      return isFailed && complained !== '';
    });
}
