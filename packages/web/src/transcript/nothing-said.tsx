import type { AiConvention } from '@tta/obs-protocol';
import { CopyButton } from '../shell/copy-button.tsx';
import { Notice } from '../shell/notice.tsx';
import { formatRoute } from '../route.ts';
import type { TraceRoute } from '../route.ts';
import { captureHints } from './capture-hints.ts';

/** Stands in place of a transcript where no span is of an AI program. */
export function NoProgram({ route }: { readonly route: TraceRoute }) {
  return (
    <Notice kind="empty" title="No AI program in this trace">
      A transcript tells what models, tools and agents said.{' '}
      <a href={formatRoute({ ...route, part: 'waterfall' })}>Show the waterfall</a>
    </Notice>
  );
}

/** Says above a transcript without messages how to have them captured. */
export function NothingCaptured({ conventions }: { readonly conventions: Iterable<AiConvention> }) {
  return (
    <section class="not-captured" aria-label="Nothing was captured">
      <p>
        <strong>Nothing of what was said was captured</strong>
      </p>
      <p class="muted">
        What was called, for how long and for how much is told below. To have messages as well:
      </p>
      {captureHints(conventions).map(({ sender, code, note }) => (
        <div key={sender} class="transcript-hint">
          <span class="hint-sender">{sender}</span>
          <pre>{code}</pre>
          <CopyButton text={code} what={`the setting of ${sender}`} />
          {note !== undefined && <span class="hint-note muted">{note}</span>}
        </div>
      ))}
    </section>
  );
}
