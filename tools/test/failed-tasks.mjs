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
  const names = text.slice(text.lastIndexOf('Failed tasks:')).matchAll(/^- (\S+)$/gmu);
  const printed = new Map(
    text.split(/^> nx run /mu).map((block) => {
      const [task, ...lines] = block.split('\n');
      return [task.trim().split(' ')[0], lines.join('\n').trim()];
    }),
  );
  return [...names]
    .map(([, task]) => ({ task, output: complaint(printed.get(task) ?? '') }))
    .filter(({ output: complained }) => complained !== '');
}
