import { useRef } from 'preact/hooks';
import { parseQuery, selectedValues, selectValues } from '@tta/obs-protocol/query';
import type { ParsedQuery } from '@tta/obs-protocol/query';
import { exactCount, formatCount } from '../format/count.ts';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { useAnswer } from '../service/use-answer.tsx';
import type { Viewer } from '../viewer.ts';
import { DURATIONS, FACETS, facetValues, toggled } from './facet-fields.ts';
import type { Facet, FacetValue } from './facet-fields.ts';
import { setTerm, termTexts } from './query-terms.ts';

/** Values of each facet that are offered. */
const VALUES_LIMIT = 8;
/** Each facet is a search through many traces: not one for every run that comes in. */
const QUIET_MS = 5_000;

export interface FacetsProps {
  readonly viewer: Viewer;
  readonly query: string;
  readonly onAsk: (query: string) => void;
}

/** What the query may be narrowed to. It has no state but the text of the query. */
export function Facets({ viewer, query, onAsk }: FacetsProps) {
  const parsed = parseQuery(query);
  const [durationTerm, ...otherDurations] = termTexts(parsed, 'trace.duration');
  return (
    <>
      {FACETS.map((facet) => (
        <FacetGroup key={facet.field} viewer={viewer} facet={facet} query={parsed} onAsk={onAsk} />
      ))}
      <fieldset class="facet">
        <legend>Duration</legend>
        {DURATIONS.map(({ term, title }) => {
          const isSelected = durationTerm === term && otherDurations.length === 0;
          return (
            <label key={term} class="facet-value">
              <input
                type="checkbox"
                checked={isSelected}
                onChange={() => onAsk(setTerm(parsed, 'trace.duration', isSelected ? undefined : term))}
              />
              <span class="clip">{title}</span>
            </label>
          );
        })}
      </fieldset>
    </>
  );
}

interface FacetGroupProps {
  readonly viewer: Viewer;
  readonly facet: Facet;
  readonly query: ParsedQuery;
  readonly onAsk: (query: string) => void;
}

function FacetGroup({ viewer, facet: { field, title }, query, onAsk }: FacetGroupProps) {
  const answer = useAnswer(
    viewer,
    field,
    (signal) => viewer.client.known({ kind: 'values', field, beginning: '' }, VALUES_LIMIT, signal),
    QUIET_MS,
  );
  const selected = selectedValues(query, field);
  const shown = useRef<readonly FacetValue[]>([]);
  const values = facetValues(answer.kind === 'shown' ? answer.value.items : [], selected, shown.current);
  shown.current = values;
  if (values.length === 0) return null;
  const unit = field.startsWith('trace.') ? 'traces' : 'spans';
  return (
    <fieldset class="facet">
      <legend>
        {title}
        {selected.length > 0 && (
          <button
            type="button"
            aria-label={`Any ${title.toLowerCase()}`}
            onClick={() => onAsk(selectValues(query, field, []))}
          >
            any
          </button>
        )}
      </legend>
      {values.map((value) => (
        <label key={value.value} class="facet-value">
          <input
            type="checkbox"
            checked={value.isSelected}
            onChange={() => onAsk(selectValues(query, field, toggled(selected, value)))}
          />
          <span class="clip" title={value.value}>
            {value.value.trim() === '' ? '(blank)' : withoutDirectionMarks(value.value)}
          </span>
          {value.count !== undefined && (
            <span class="num" title={`${exactCount(value.count)} ${unit} among the newest traces`}>
              {formatCount(value.count)}
            </span>
          )}
        </label>
      ))}
    </fieldset>
  );
}
