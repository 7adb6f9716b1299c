import type { LogRow } from './log-rows.ts';

/**
 * The message of a line, and who logged it if that is not the program of the trace. Each part is isolated:
 * what is written from right to left must not turn what stands beside it.
 */
export function LogLineText({ row: { service, message } }: { readonly row: LogRow }) {
  return (
    <>
      {service !== '' && (
        <>
          <bdi class="log-service" title="Service that logged this">
            {service}
          </bdi>{' '}
        </>
      )}
      <bdi>{message}</bdi>
    </>
  );
}
