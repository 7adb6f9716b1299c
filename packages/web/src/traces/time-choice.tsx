import { sinceTime, timeTerms } from './query-terms.ts';

const CHOICES = [
  { since: '15m', title: 'Last 15 minutes' },
  { since: '1h', title: 'Last hour' },
  { since: '24h', title: 'Last 24 hours' },
] as const;

export interface TimeChoiceProps {
  readonly query: string;
  readonly onAsk: (query: string) => void;
}

/** How far back is looked, as a term of the query. */
export function TimeChoice({ query, onAsk }: TimeChoiceProps) {
  const terms = timeTerms(query);
  const chosen = CHOICES.find(({ since }) => terms.length === 1 && terms[0] === `since:${since}`);
  const value = terms.length === 0 ? '' : (chosen?.since ?? 'other');
  return (
    <select
      aria-label="Time"
      value={value}
      onChange={({ currentTarget: { value: since } }) =>
        onAsk(sinceTime(query, since === '' ? undefined : since))
      }
    >
      <option value="">All times</option>
      {CHOICES.map(({ since, title }) => (
        <option key={since} value={since}>
          {title}
        </option>
      ))}
      {value === 'other' && (
        <option value="other" disabled>
          As in the query
        </option>
      )}
    </select>
  );
}
