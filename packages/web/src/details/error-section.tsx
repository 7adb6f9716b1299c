import { useSignal } from '@preact/signals';
import type { SpanDetail } from '@tta/obs-protocol';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { LongText } from '../json/long-text.tsx';
import { CopyButton } from '../shell/copy-button.tsx';
import { StatusGlyph } from '../shell/status-badge.tsx';
import type { SpanTree } from '../tree/span-tree.ts';
import { rowOfSpan } from '../tree/span-tree.ts';
import { failedWithin } from './failed-within.ts';
import type { FailedPart } from './failed-within.ts';
import { FirstOf } from './first-of.tsx';
import { Section } from './section.tsx';
import { categoryText, spanErrorOf, survivedExceptions } from './span-error.ts';
import type { ErrorCause } from './span-error.ts';
import { StackView } from './stack-view.tsx';

export interface ErrorSectionProps {
  readonly detail: SpanDetail;
  readonly tree: SpanTree;
  /** The address of a span of the trace. */
  readonly hrefOf: (spanId: string) => string;
}

/** What went wrong in a span, why, where in the code, and in which part of it. */
export function ErrorSection({ detail, tree, hrefOf }: ErrorSectionProps) {
  const error = spanErrorOf(detail);
  const survived = survivedExceptions(detail);
  const row = rowOfSpan(tree, detail.spanId);
  const within = row === -1 ? undefined : failedWithin(tree, row);
  const workingDirectory = workingDirectoryOf(detail);
  return (
    <>
      {error !== undefined && (
        <section class={`span-error status-${detail.status}`} aria-label="Error">
          <h3>
            <StatusGlyph status={detail.status} />
            <bdi>{withoutDirectionMarks(error.type ?? 'Error')}</bdi>
            {error.category !== undefined && <span class="category">{categoryText(error.category)}</span>}
            {error.code !== undefined && error.code !== error.type && <code>{error.code}</code>}
            {error.isRecoverable !== undefined && (
              <span class="muted">{error.isRecoverable ? 'may pass' : 'will not pass by trying again'}</span>
            )}
            <CopyButton text={error.message} what="the message" />
          </h3>
          <p class="error-message">
            <LongText text={error.message} />
          </p>
          {error.causes.length > 0 && (
            <ol class="causes" aria-label="Causes, the nearest first">
              {error.causes.map((cause, index) => (
                <li key={index}>
                  <span class="muted">caused by </span>
                  <CauseText cause={cause} />
                </li>
              ))}
            </ol>
          )}
          {within?.origin !== undefined && (
            <p class="origin">
              <span class="muted">began in </span>
              <PartLink part={within.origin} hrefOf={hrefOf} />
            </p>
          )}
          {error.stack !== undefined && (
            <StackView stack={error.stack} workingDirectory={workingDirectory} told={error.message} />
          )}
          <FirstOf key={detail.spanId} items={error.earlier}>
            {(cause, index) => (
              <Exception key={index} cause={cause} workingDirectory={workingDirectory} title="Before it" />
            )}
          </FirstOf>
        </section>
      )}
      <FirstOf key={detail.spanId} items={survived}>
        {(cause, index) => (
          <Exception
            key={index}
            cause={cause}
            workingDirectory={workingDirectory}
            title="Recorded exception"
          />
        )}
      </FirstOf>
      {within !== undefined && within.count > 0 && (
        <Section title="Failed within it" count={within.count}>
          <ul class="failed-parts">
            {within.parts.map((part) => (
              <li key={part.spanId}>
                <PartLink part={part} hrefOf={hrefOf} />
                {part.message !== undefined && (
                  <span class="muted clip" title={part.message}>
                    {withoutDirectionMarks(part.message.slice(0, 300))}
                  </span>
                )}
              </li>
            ))}
          </ul>
          {within.count > within.parts.length && (
            <p class="muted">and {(within.count - within.parts.length).toLocaleString('en')} more</p>
          )}
        </Section>
      )}
    </>
  );
}

function PartLink({
  part,
  hrefOf,
}: {
  readonly part: FailedPart;
  readonly hrefOf: ErrorSectionProps['hrefOf'];
}) {
  return (
    <a href={hrefOf(part.spanId)}>
      <bdi>{withoutDirectionMarks(part.name)}</bdi>
    </a>
  );
}

function CauseText({ cause }: { readonly cause: ErrorCause }) {
  return (
    <>
      {cause.type !== undefined && <code>{withoutDirectionMarks(cause.type)}</code>}{' '}
      <LongText text={cause.message} />
    </>
  );
}

interface ExceptionProps {
  readonly cause: ErrorCause;
  readonly title: string;
  readonly workingDirectory: string | undefined;
}

function Exception({ cause, title, workingDirectory }: ExceptionProps) {
  // Its frames are drawn when it is opened: they are many, and so may exceptions be.
  const isOpen = useSignal(false);
  return (
    <details class="exception" onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>
        <span class="muted">{title}:</span> <CauseText cause={cause} />
      </summary>
      {isOpen.value && cause.stack !== undefined && (
        <StackView stack={cause.stack} workingDirectory={workingDirectory} told={cause.message} />
      )}
    </details>
  );
}

function workingDirectoryOf({ resource }: SpanDetail): string | undefined {
  const directory = resource['process.working_directory'];
  return typeof directory === 'string' ? directory : undefined;
}
