import type { TracePartProps } from '../trace/trace-part.ts';

export function TranscriptView({ document }: TracePartProps) {
  return <p class="notice">{document.summary.name}</p>;
}
