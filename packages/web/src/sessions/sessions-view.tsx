import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { SessionList } from '@tta/obs-protocol';
import { useAnswer } from '../service/use-answer.tsx';
import { Notice, NoAnswer } from '../shell/notice.tsx';
import type { Viewer } from '../viewer.ts';
import { SessionRows } from './session-rows.ts';
import { SessionTable } from './session-table.tsx';

const PAGE_SIZE = 100;

/** Who comes back finds the list as it was left. */
const listOf = new WeakMap<Viewer, SessionRows>();

/** Sessions and conversations: what belongs together though it is many traces. */
export function SessionsView({ viewer }: { readonly viewer: Viewer }) {
  const sessions = listOf.get(viewer) ?? new SessionRows();
  listOf.set(viewer, sessions);
  const hasFailedMore = useSignal(false);
  const answer = useAnswer<SessionList>(viewer, 'sessions', (signal) =>
    viewer.client.sessions({ limit: PAGE_SIZE, signal }),
  );
  const list = answer.kind === 'shown' ? answer.value : undefined;
  useEffect(() => {
    if (list !== undefined) sessions.takeFirst(list);
  }, [list, sessions]);
  const loadMore = async (): Promise<void> => {
    try {
      await sessions.loadMore((cursor) => viewer.client.sessions({ limit: PAGE_SIZE, cursor }));
      hasFailedMore.value = false;
    } catch {
      hasFailedMore.value = true;
    }
  };
  const rows = sessions.rows.value;
  return (
    <div class="sessions">
      <header class="view-head">
        <h1>Sessions</h1>
        <span class="muted">those with the newest end first, kept for 90 days</span>
      </header>
      {answer.kind === 'shown' && answer.isOutdated && (
        <p class="outdated" role="status">
          The service does not answer: this list is not up to date.
        </p>
      )}
      {rows.length > 0 && answer.kind === 'failed' && <NoAnswer answer={answer} what="the sessions" />}
      {rows.length > 0 ? (
        <SessionTable viewer={viewer} sessions={sessions} onEnd={() => void loadMore()} />
      ) : answer.kind !== 'shown' ? (
        <NoAnswer answer={answer} what="the sessions" />
      ) : answer.value.items.length === 0 ? (
        <NoSessions />
      ) : null}
      {hasFailedMore.value && (
        <p class="outdated" role="alert">
          Older sessions could not be loaded.{' '}
          <button type="button" class="button" onClick={() => void loadMore()}>
            Try again
          </button>
        </p>
      )}
    </div>
  );
}

const PROGRAM = `await workflow.execute(input, { sessionId: 'chat-7', userId: 'ada' });`;

function NoSessions() {
  return (
    <Notice kind="empty" title="No sessions yet">
      <p>
        Traces that carry the same session id are one session here, with what they used and cost together.
        Give runs one:
      </p>
      <pre class="session-program">{PROGRAM}</pre>
      <p>
        Any client may send <code>session.id</code> or <code>gen_ai.conversation.id</code> on its spans.
      </p>
    </Notice>
  );
}
