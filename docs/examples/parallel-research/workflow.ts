import { forEach, lambda, named, type Outcome, resilient, sequential, settle } from '@tta/obs-primitives';

/** Something that a source says about a topic. */
export interface Finding {
  readonly topic: string;
  readonly text: string;
}

/** Asks a source about a topic. */
export type Search = (topic: string, scope: { readonly signal: AbortSignal }) => Promise<readonly Finding[]>;

export interface Report {
  readonly findings: readonly (Finding & { readonly source: string })[];
  /** What could not be asked, and why. */
  readonly gaps: readonly string[];
}

/**
 * Looks into the topics of a question: all topics at the same time, and of each all sources at the same time. A source
 * that fails or hangs leaves a gap in the report, and nothing else.
 */
export function research(sources: {
  readonly encyclopedia: Search;
  readonly news: Search;
  readonly papers: Search;
}) {
  const patiently = (name: string, search: Search) =>
    resilient(lambda(name, search), { retry: { maxRetries: 1, baseMs: 20 }, attemptTimeout: 1_000 });
  const askSources = settle(
    {
      encyclopedia: patiently('search encyclopedia', sources.encyclopedia),
      news: patiently('search news', sources.news),
      papers: patiently('search papers', sources.papers),
    },
    { name: 'ask sources' },
  );

  return named(
    'research',
    sequential(topicsOf, forEach(askSources, { concurrency: 3, name: 'each topic' }), writeReport),
  );
}

/** The topics of a question such as `tea, tides and traces`. */
function topicsOf(question: string): readonly string[] {
  return question.split(/,\s*|\s+and\s+/).filter((topic) => topic !== '');
}

function writeReport(topics: readonly Readonly<Record<string, Outcome<readonly Finding[]>>>[]): Report {
  const answers = topics.flatMap((outcomes) => Object.entries(outcomes));
  return {
    findings: answers.flatMap(([source, outcome]) =>
      outcome.ok ? outcome.value.map((finding) => ({ ...finding, source })) : [],
    ),
    gaps: answers.flatMap(([source, outcome]) => (outcome.ok ? [] : [`${source}: ${outcome.info.message}`])),
  };
}
