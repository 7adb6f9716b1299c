/** Says that log lines are missing, and offers to load them again. */
export function LogsFailed({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <span role="alert">
      log lines could not be loaded{' '}
      <button class="logs-more" onClick={onRetry}>
        try again
      </button>
    </span>
  );
}
