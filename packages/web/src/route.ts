import { isTimeWindow } from './time-window.ts';
import type { TimeWindow } from './time-window.ts';

/** What the page shows. The address holds all of it, so that every view can be linked to. */
export type Route =
  | { readonly view: 'overview'; readonly window: TimeWindow; readonly service?: string }
  | { readonly view: 'traces'; readonly query: string }
  | { readonly view: 'services'; readonly window: TimeWindow }
  | { readonly view: 'sessions' }
  | { readonly view: 'config' }
  | TraceRoute;

/** The ways to look at a trace. All of them share the selected span. */
export type TracePart = 'waterfall' | 'transcript' | 'logs' | 'raw';

export interface TraceRoute {
  readonly view: 'trace';
  readonly traceId: string;
  /** Without one the trace decides: the transcript of what AI programs said, else the waterfall. */
  readonly part?: TracePart;
  /** The selected span. */
  readonly spanId?: string;
  /** What is searched for in it. */
  readonly find?: string;
  /** The stretch of time that is magnified, in milliseconds after the start of the trace. */
  readonly range?: { readonly fromMs: number; readonly toMs: number };
  /** Only what the duration of the trace hangs on is shown in full. */
  readonly isCriticalPath?: boolean;
}

const TRACE_ID = /^[0-9a-f]{32}$/;
const SPAN_ID = /^[0-9a-f]{16}$/;
const RANGE = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/;
const PARTS: readonly string[] = ['waterfall', 'transcript', 'logs', 'raw'] satisfies TracePart[];
const DEFAULT_WINDOW: TimeWindow = '1h';

/** Reads the hash of an address. What it does not know is the list of traces. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split(/\?(.*)/s, 2);
  const [, section, id, part] = path.split('/');
  const parameters = new URLSearchParams(query);
  const window = parameters.get('window');
  switch (section) {
    case 'overview': {
      const service = parameters.get('service') ?? '';
      return {
        view: 'overview',
        window: isTimeWindow(window) ? window : DEFAULT_WINDOW,
        ...(service !== '' && { service }),
      };
    }
    case 'services':
      return { view: 'services', window: isTimeWindow(window) ? window : DEFAULT_WINDOW };
    case 'sessions':
      return { view: 'sessions' };
    case 'config':
      return { view: 'config' };
    default: {
      const traceId = id?.toLowerCase() ?? '';
      return section === 'traces' && TRACE_ID.test(traceId)
        ? parseTrace(traceId, part, parameters)
        : { view: 'traces', query: parameters.get('query') ?? '' };
    }
  }
}

function parseTrace(traceId: string, part: string | undefined, parameters: URLSearchParams): TraceRoute {
  const spanId = parameters.get('span')?.toLowerCase() ?? '';
  const find = parameters.get('find') ?? '';
  const [, from, to] = RANGE.exec(parameters.get('range') ?? '') ?? [];
  const range = from === undefined ? undefined : { fromMs: Number(from), toMs: Number(to) };
  return {
    view: 'trace',
    traceId,
    ...(part !== undefined && PARTS.includes(part) && { part: part as TracePart }),
    ...(SPAN_ID.test(spanId) && { spanId }),
    ...(find !== '' && { find }),
    ...(range !== undefined && range.toMs > range.fromMs && { range }),
    ...(parameters.has('path') && { isCriticalPath: true }),
  };
}

/** The hash of a view; {@link parseRoute} reads it back. */
export function formatRoute(route: Route): string {
  switch (route.view) {
    case 'overview':
      return address('overview', { window: unlessDefault(route.window), service: route.service });
    case 'traces':
      return address('traces', { query: route.query === '' ? undefined : route.query });
    case 'services':
      return address('services', { window: unlessDefault(route.window) });
    case 'sessions':
    case 'config':
      return address(route.view, {});
    case 'trace': {
      const { traceId, part, spanId, find, range, isCriticalPath } = route;
      return address(part === undefined ? `traces/${traceId}` : `traces/${traceId}/${part}`, {
        span: spanId,
        find,
        range: range === undefined ? undefined : `${decimal(range.fromMs)}-${decimal(range.toMs)}`,
        path: isCriticalPath === true ? '1' : undefined,
      });
    }
  }
}

function unlessDefault(window: TimeWindow): string | undefined {
  return window === DEFAULT_WINDOW ? undefined : window;
}

/** Never in the form 1e-7, which {@link RANGE} does not know. */
function decimal(value: number): string {
  return String(Number(value.toFixed(6)));
}

function address(path: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const told = Object.entries(parameters).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return told.length === 0 ? `#/${path}` : `#/${path}?${new URLSearchParams(told)}`;
}
