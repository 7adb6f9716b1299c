import type { QueryValueList } from '@tta/obs-protocol';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { useAnswer } from '../service/use-answer.tsx';
import type { Viewer } from '../viewer.ts';

const MOST = 200;

interface ServiceChoiceProps {
  readonly viewer: Viewer;
  readonly service: string | undefined;
  readonly onChoose: (service: string | undefined) => void;
}

/** Whether figures are of all services or of one. */
export function ServiceChoice({ viewer, service, onChoose }: ServiceChoiceProps) {
  const answer = useAnswer<QueryValueList>(viewer, 'services', (signal) =>
    viewer.client.known({ kind: 'values', field: 'service', beginning: '' }, MOST, signal),
  );
  const known = answer.kind === 'shown' ? answer.value.items.map(({ value }) => value) : [];
  // The one of the address may have sent nothing for long.
  const offered = [...new Set([...known, ...(service === undefined ? [] : [service])])].toSorted();
  return (
    <select
      class="service-choice"
      aria-label="Service"
      value={service ?? ''}
      onChange={({ currentTarget: { value } }) => onChoose(value === '' ? undefined : value)}
    >
      <option value="">All services</option>
      {offered.map((name) => (
        <option key={name} value={name}>
          {withoutDirectionMarks(name)}
        </option>
      ))}
    </select>
  );
}
