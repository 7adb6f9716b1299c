import { parseQuery, queryTerms, removeTerm } from '@tta/obs-protocol/query';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { formatRoute } from '../route.ts';
import type { Viewer } from '../viewer.ts';
import { textOf } from './query-terms.ts';

/** Nothing was found: what was asked, and how to ask for more. */
export function EmptyResults({ viewer }: { readonly viewer: Viewer }) {
  const query = parseQuery(viewer.traces.query.value);
  const terms = queryTerms(query);
  return (
    <div class="empty-results" role="status">
      <h2>No trace is found</h2>
      <p>
        None of those that are stored has a span of which all of this is true. New ones appear here when they
        come.
      </p>
      <ul aria-label="What is asked for">
        {terms.map((term) => (
          <li key={term.start}>
            <code class="clip" title={textOf(query, term)}>
              {withoutDirectionMarks(textOf(query, term))}
            </code>
            <a href={formatRoute({ view: 'traces', query: removeTerm(query, term) })}>
              {terms.length === 1 ? 'Show all traces' : 'Leave it out'}
            </a>
          </li>
        ))}
      </ul>
      {terms.length > 1 && <a href={formatRoute({ view: 'traces', query: '' })}>Show all traces</a>}
    </div>
  );
}
