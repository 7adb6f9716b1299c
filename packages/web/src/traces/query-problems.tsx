import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { QueryProblem } from '@tta/obs-protocol/query';

/** Lies behind the field: the same text, unseen, with what is wrong underlined. */
export function ProblemMarks({
  text,
  problems,
  field,
}: {
  readonly text: string;
  readonly problems: readonly QueryProblem[];
  readonly field: RefObject<HTMLInputElement>;
}) {
  const marks = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = field.current as HTMLInputElement;
    const follow = (): void => {
      if (marks.current !== null) marks.current.scrollLeft = element.scrollLeft;
    };
    follow();
    element.addEventListener('scroll', follow, { passive: true });
    return () => element.removeEventListener('scroll', follow);
  });
  let at = 0;
  const parts = problems.flatMap(({ start, end }) => {
    const from = Math.max(at, start);
    const to = Math.max(from, end);
    const before = text.slice(at, from);
    at = to;
    // Something that is missing has a place too.
    return [before, <u key={start}>{text.slice(from, to) || ' '}</u>];
  });
  return (
    <div class="problem-marks" ref={marks} aria-hidden="true">
      {parts}
      {text.slice(at)}
    </div>
  );
}

export interface ProblemListProps {
  readonly id: string;
  readonly problems: readonly QueryProblem[];
  readonly onMend: (problem: QueryProblem) => void;
}

/** What is wrong with what is typed, and what may have been meant. */
export function ProblemList({ id, problems, onMend }: ProblemListProps) {
  return (
    <div id={id} class="query-problem-list" role="status">
      {problems.map((problem) => (
        <p key={`${problem.start} ${problem.message}`}>
          <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">
            <path d="M8 2l6.500 12h-13zM8 6.500v3.500M8 12v.2" />
          </svg>
          <span>{problem.message}</span>
          {problem.replacement !== undefined && (
            <button type="button" class="button" onClick={() => onMend(problem)}>
              Write {problem.replacement === '' ? 'nothing' : problem.replacement} instead
            </button>
          )}
        </p>
      ))}
    </div>
  );
}
