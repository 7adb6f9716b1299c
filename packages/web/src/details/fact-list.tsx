import { withoutDirectionMarks } from '../format/plain-text.ts';
import type { Fact } from './ai-facts.ts';

/** Things that are known, one a line. */
export function FactList({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl class="fact-list">
      {facts.map(({ name, text, note }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <bdi>{withoutDirectionMarks(text)}</bdi>{' '}
            {note !== undefined && <span class="muted">{withoutDirectionMarks(note)}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
