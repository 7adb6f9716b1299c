import type { TracePartProps } from '../trace/trace-part.ts';

export function RawView({ document }: TracePartProps) {
  return <p class="notice">{document.summary.name}</p>;
}
