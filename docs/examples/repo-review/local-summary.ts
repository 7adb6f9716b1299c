import type { Analyses, Summary } from './review.ts';
import { visibleText } from './visible-text.ts';

/** Says in a few sentences what the history is about, from the figures and the themes; nothing leaves the machine. */
export function summariseHere(analyses: Analyses): Summary {
  const { overview, churn, risks, dependencies, themes } = analyses;
  const sentences: string[] = [];
  const kinds = overview.kindsOfWork.slice(0, 3).map(({ type, commits }) => `${commits} ${type}`);
  if (kinds.length > 0) sentences.push(`Kinds of work: ${kinds.join(', ')} of ${overview.commits} commits.`);
  for (const theme of themes.slice(0, 4)) {
    const terms = theme.terms.length === 0 ? '' : ` on ${listed(theme.terms)}`;
    sentences.push(
      `${visibleText(theme.area)}: ${plural(theme.commits, 'commit')}${terms} ` +
        `(+${grouped(theme.addedLines)} −${grouped(theme.deletedLines)}); typical is ${theme.typical.commit} “${visibleText(theme.typical.subject)}”.`,
    );
  }
  const busiest = churn[0];
  if (busiest !== undefined && busiest.commits >= 3) {
    sentences.push(
      `${visibleText(busiest.file)} changed most often: in ${busiest.commits} of ${overview.commits} commits, by ${plural(busiest.authors, 'author')}.`,
    );
  }
  const urgent = risks.filter((risk) => risk.severity === 'high').length;
  if (urgent > 0) {
    sentences.push(`${plural(urgent, 'secret')} in the history: revoke first, then rewrite.`);
  }
  const bumped = dependencies.filter((change) => change.change === 'bumped').length;
  if (dependencies.length > 0) {
    sentences.push(
      `Dependencies changed ${plural(dependencies.length, 'time')}${bumped === 0 ? '' : `, ${grouped(bumped)} of these to another version`}.`,
    );
  }
  return {
    text: sentences.join('\n') || 'There is too little text in this history to summarise.',
    source: 'tf-idf',
  };
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function plural(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
