/** What the page shows. The address holds all of it, so that every view can be linked to. */
export type Route =
  | { readonly view: 'traces' }
  | {
      readonly view: 'trace';
      readonly traceId: string;
      /** The selected span. */
      readonly spanId?: string;
    };

const TRACE_ID = /^[0-9a-f]{32}$/;
const SPAN_ID = /^[0-9a-f]{16}$/;

/** Reads the hash of an address. What it does not know is the list of traces. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const [, section, id] = path.split('/');
  if (section !== 'traces' || id === undefined) return { view: 'traces' };
  const traceId = id.toLowerCase();
  if (!TRACE_ID.test(traceId)) return { view: 'traces' };
  const spanId = new URLSearchParams(query).get('span')?.toLowerCase();
  return spanId !== undefined && SPAN_ID.test(spanId)
    ? { view: 'trace', traceId, spanId }
    : { view: 'trace', traceId };
}

/** The hash of a view; {@link parseRoute} reads it back. */
export function formatRoute(route: Route): string {
  if (route.view === 'traces') return '#/traces';
  return `#/traces/${route.traceId}${route.spanId === undefined ? '' : `?span=${route.spanId}`}`;
}
