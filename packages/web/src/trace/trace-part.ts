import type { TraceDocument } from '@tta/obs-protocol';
import type { TraceRoute } from '../route.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import type { Theme } from '../theme.ts';
import type { Viewer } from '../viewer.ts';

/** What each way to look at a trace is given. */
export interface TracePartProps {
  readonly viewer: Viewer;
  /** The colours that canvases are painted in. */
  readonly theme: Theme;
  readonly document: TraceDocument;
  readonly tree: SpanTree;
  readonly route: TraceRoute;
  /** Selects a span in all ways to look at the trace, or none. */
  readonly onSelect: (spanId: string | undefined) => void;
  /** Changes what of the view is in the address, without a new entry of the history. */
  readonly onAdjust: (changes: Partial<TraceRoute>) => void;
}
