import { Notice } from '../shell/notice.tsx';

/** Says why there is no line, and what would bring some. */
export function NoLogs({ isNarrowed, onAll }: { readonly isNarrowed: boolean; readonly onAll: () => void }) {
  if (isNarrowed)
    return (
      <Notice kind="empty" title="No line like this">
        There may be others.{' '}
        <button type="button" class="link-button" onClick={onAll}>
          show all lines
        </button>
      </Notice>
    );
  return (
    <Notice kind="empty" title="Nothing was logged in this trace">
      Lines come here that carry the trace's id: those of <code>@tta/obs</code> and its adapters for winston
      and pino do, and those of every OpenTelemetry SDK that sends logs over OTLP to <code>/v1/logs</code>.
    </Notice>
  );
}
