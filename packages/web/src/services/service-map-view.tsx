import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ServiceEdge, ServiceMap, ServiceNode } from '@tta/obs-protocol';
import { countOf, formatCount } from '../format/count.ts';
import { formatDuration } from '../format/duration.ts';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { formatRoute } from '../route.ts';
import type { TimeWindow } from '../time-window.ts';
import { edgePath, layoutMap } from './map-layout.ts';
import type { PlacedEdge } from './map-layout.ts';
import { NodeGlyph } from './node-glyph.tsx';
import { nodeQuery } from './node-queries.ts';

const NODE_HEIGHT_PX = 44;
const NARROW_PX = 640;
/** Lines are between these widths, by how many calls they stand for. */
const LINE_PX = { least: 1, most: 4 } as const;

interface ServiceMapViewProps {
  readonly map: ServiceMap;
  readonly window: TimeWindow;
}

/** Services and what they call, from left to right. */
export function ServiceMapView({ map: { nodes, edges }, window }: ServiceMapViewProps) {
  const box = useRef<HTMLDivElement>(null);
  const widthPx = useSignal(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = (): void => {
      widthPx.value = element.clientWidth;
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const nodeWidthPx = widthPx.value < NARROW_PX ? 128 : 176;
  const layout = layoutMap(
    nodes.map(({ id }) => id),
    edges,
    { widthPx: widthPx.value, nodeWidthPx, nodeHeightPx: NODE_HEIGHT_PX },
  );
  const nodeOf = new Map(nodes.map((node) => [node.id, node]));
  const edgeOf = new Map(edges.map((edge) => [keyOf(edge), edge]));
  const mostCalls = Math.max(1, ...edges.map(({ calls }) => calls));
  return (
    <div class="service-map" ref={box}>
      {widthPx.value > 0 && (
        <div class="map-drawing" style={{ width: `${layout.widthPx}px`, height: `${layout.heightPx}px` }}>
          <svg width={layout.widthPx} height={layout.heightPx} role="group" aria-label="Calls">
            <defs>
              <Arrow id="arrow" />
              <Arrow id="arrow-failed" />
            </defs>
            {layout.edges.map((placed) => (
              <Edge
                key={keyOf(placed)}
                placed={placed}
                edge={edgeOf.get(keyOf(placed))}
                from={nodeOf.get(placed.from)}
                to={nodeOf.get(placed.to)}
                mostCalls={mostCalls}
              />
            ))}
          </svg>
          <ul aria-label="Services and what they call">
            {layout.nodes.map(({ id, x, y }) => {
              const node = nodeOf.get(id);
              return node === undefined ? null : (
                <li
                  key={id}
                  style={{
                    width: `${nodeWidthPx}px`,
                    height: `${NODE_HEIGHT_PX}px`,
                    transform: `translate(${x}px, ${y}px)`,
                  }}
                >
                  <NodeLink node={node} window={window} />
                </li>
              );
            })}
          </ul>
        </div>
      )}
    </div>
  );
}

function NodeLink({ node, window }: { readonly node: ServiceNode; readonly window: TimeWindow }) {
  const { kind, name, calls, errors } = node;
  return (
    <a
      class={`map-node is-${kind}`}
      href={formatRoute({ view: 'traces', query: nodeQuery(node, window) })}
      title={`${name}: its traces`}
    >
      <span class="map-node-name">
        <NodeGlyph kind={kind} />
        <span class="clip">{withoutDirectionMarks(name)}</span>
      </span>
      <span class="map-node-figures clip">
        {formatCount(calls)}
        <span class="map-node-unit">{unitOf(kind, calls)}</span>
        {errors > 0 && <span class="has-failed"> · {formatCount(errors)} failed</span>}
      </span>
    </a>
  );
}

function unitOf(kind: ServiceNode['kind'], count: number): string {
  if (kind === 'service') return count === 1 ? ' span' : ' spans';
  return count === 1 ? ' call' : ' calls';
}

interface EdgeProps {
  readonly placed: PlacedEdge;
  readonly edge: ServiceEdge | undefined;
  readonly from: ServiceNode | undefined;
  readonly to: ServiceNode | undefined;
  readonly mostCalls: number;
}

function Edge({ placed, edge, from, to, mostCalls }: EdgeProps) {
  if (edge === undefined || from === undefined || to === undefined) return null;
  const { calls, errors, p50Ms, p95Ms } = edge;
  const failed = errors > 0 ? `, ${formatCount(errors)} failed` : '';
  const text = `${withoutDirectionMarks(`${from.name} calls ${to.name}`)}: ${countOf(calls, 'call', 'calls')}${failed}, p50 ${formatDuration(p50Ms)}, p95 ${formatDuration(p95Ms)}`;
  const d = edgePath(placed.points);
  const share = Math.log1p(calls) / Math.log1p(mostCalls);
  return (
    <g class={errors > 0 ? 'map-edge is-failed' : 'map-edge'} role="img" aria-label={text}>
      <title>{text}</title>
      <path
        class="map-line"
        d={d}
        stroke-width={LINE_PX.least + share * (LINE_PX.most - LINE_PX.least)}
        marker-end={errors > 0 ? 'url(#arrow-failed)' : 'url(#arrow)'}
      />
      <path class="map-line-target" d={d} />
      <text x={placed.label.x} y={placed.label.y - 6}>
        {formatCount(calls)}
        {errors > 0 ? ` · ${formatCount(errors)} ✕` : ''}
      </text>
    </g>
  );
}

/** Of one size, however thick the line is. */
function Arrow({ id }: { readonly id: string }) {
  return (
    <marker
      id={id}
      viewBox="0 0 8 8"
      refX={8}
      refY={4}
      markerWidth={10}
      markerHeight={10}
      markerUnits="userSpaceOnUse"
      orient="auto"
    >
      <path d="M0 0.500L8 4L0 7.500z" />
    </marker>
  );
}

function keyOf({ from, to }: { readonly from: string; readonly to: string }): string {
  return `${from}\n${to}`;
}
