import type { ComponentChildren } from 'preact';
import type { Answer } from '../service/use-answer.tsx';

export interface NoticeProps {
  /** `empty`: there is nothing, and that is no fault. `error`: what was asked for could not be had. */
  readonly kind: 'empty' | 'error';
  /** What is the case, in a few words. */
  readonly title: string;
  /** What it means or what to do, in a sentence or two. */
  readonly children?: ComponentChildren;
  /** It stands in place of a whole view: its title is the heading of the page. */
  readonly isView?: boolean;
  /** Asks again; offered as a button. */
  readonly onRetry?: (() => void) | undefined;
}

/** Stands where something would be shown. */
export function Notice({ kind, title, children, isView = false, onRetry }: NoticeProps) {
  return (
    <div class={`notice is-${kind}`} role={kind === 'error' ? 'alert' : undefined}>
      <svg class="notice-glyph" viewBox="0 0 16 16" aria-hidden="true">
        <path d={kind === 'error' ? 'M8 2l6.5 12h-13zM8 6.5v3.5M8 12v.2' : 'M2 4h9M5 8h9M5 12h5'} />
      </svg>
      {isView ? <h1 class="notice-title">{title}</h1> : <p class="notice-title">{title}</p>}
      {children !== undefined && <div class="notice-text">{children}</div>}
      {onRetry !== undefined && (
        <button type="button" class="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

export interface LoadingProps {
  /** What is waited for: `the trace`. */
  readonly what: string;
  /** Rows of the skeleton, by default 6. */
  readonly rows?: number;
}

/** Where something is going to be. It shows itself after 150 ms only, so that what comes at once does not flash. */
export function Loading({ what, rows = 6 }: LoadingProps) {
  return (
    <div class="loading" role="status">
      <span class="visually-hidden">Loading {what}…</span>
      <div aria-hidden="true">
        {Array.from({ length: rows }, (_, row) => (
          <i key={row} />
        ))}
      </div>
    </div>
  );
}

/** What stands in place of an answer that has not come, or did not come at all. */
export function NoAnswer({
  answer,
  what,
  rows,
}: LoadingProps & { readonly answer: Exclude<Answer<unknown>, { kind: 'shown' }> }) {
  return answer.kind === 'loading' ? (
    <Loading what={what} {...(rows !== undefined && { rows })} />
  ) : (
    <Notice kind="error" title={`Could not load ${what}`} onRetry={answer.retry}>
      {answer.message}
    </Notice>
  );
}
