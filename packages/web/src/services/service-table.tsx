import type { ServiceEdge, ServiceMap, ServiceNode } from '@tta/obs-protocol';
import { exactCount, formatCount } from '../format/count.ts';
import { formatDuration, inUnit, unitFor } from '../format/duration.ts';
import type { DurationUnit } from '../format/duration.ts';
import { inPercent } from '../format/percent.ts';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { formatRoute } from '../route.ts';
import type { TimeWindow } from '../time-window.ts';
import { groupBy } from './call-graph.ts';
import { NODE_KIND_TEXT, NodeGlyph } from './node-glyph.tsx';
import { callQuery, nodeQuery } from './node-queries.ts';

interface ServiceTableProps {
  readonly map: ServiceMap;
  readonly window: TimeWindow;
}

/** Each service, and below it what it calls. */
export function ServiceTable({ map: { nodes, edges }, window }: ServiceTableProps) {
  const nodeOf = new Map(nodes.map((node) => [node.id, node]));
  const callsOf = groupBy(edges, ({ from }) => from);
  const unit = unitFor(Math.max(0, ...edges.map(({ p95Ms }) => p95Ms)));
  return (
    <table class="figure-table service-table">
      <thead>
        <tr>
          <th scope="col">Service and what it calls</th>
          <th scope="col" class="num is-figure is-wide">
            Spans
          </th>
          <th scope="col" class="num is-figure is-calls">
            Calls
          </th>
          <th scope="col" class="num is-figure is-wide">
            Failed
          </th>
          <th scope="col" class="num is-figure">
            Error %
          </th>
          <th scope="col" class="num is-figure is-wide">
            p50, {unit.name}
          </th>
          <th scope="col" class="num is-figure">
            p95, {unit.name}
          </th>
        </tr>
      </thead>
      {nodes
        .filter(({ kind }) => kind === 'service')
        .map((service) => (
          <tbody key={service.id}>
            <ServiceRow service={service} window={window} />
            {(callsOf.get(service.id) ?? []).map((edge) => {
              const called = nodeOf.get(edge.to);
              return called === undefined ? null : (
                <CallRow
                  key={edge.to}
                  service={service}
                  called={called}
                  edge={edge}
                  unit={unit}
                  window={window}
                />
              );
            })}
          </tbody>
        ))}
    </table>
  );
}

function ServiceRow({ service, window }: { readonly service: ServiceNode; readonly window: TimeWindow }) {
  const { name, calls, errors } = service;
  return (
    <tr class="service-row">
      <th scope="rowgroup">
        <div class="service-name">
          <NodeGlyph kind="service" />
          <a
            class="clip"
            title={name}
            href={formatRoute({ view: 'traces', query: nodeQuery(service, window) })}
          >
            {withoutDirectionMarks(name)}
          </a>
          <a
            class="service-overview"
            href={formatRoute({ view: 'overview', window, service: name })}
            aria-label={`Overview of ${name}`}
          >
            overview
          </a>
        </div>
      </th>
      <td class="num is-wide" title={`${exactCount(calls)} spans`}>
        {formatCount(calls)}
      </td>
      <td />
      <Failures calls={calls} errors={errors} />
      <td class="is-wide" />
      <td />
    </tr>
  );
}

interface CallRowProps {
  readonly service: ServiceNode;
  readonly called: ServiceNode;
  readonly edge: ServiceEdge;
  readonly unit: DurationUnit;
  readonly window: TimeWindow;
}

function CallRow({ service, called, edge, unit, window }: CallRowProps) {
  const { calls, errors, p50Ms, p95Ms } = edge;
  return (
    <tr>
      <th scope="row" class="clip call-cell" title={`${service.name} calls ${called.name}`}>
        <span aria-hidden="true" class="muted call-arrow">
          →
        </span>
        <NodeGlyph kind={called.kind} />
        <a href={formatRoute({ view: 'traces', query: callQuery(service, called, window) })}>
          {withoutDirectionMarks(called.name)}
        </a>
        {called.kind !== 'service' && called.kind !== 'model' && (
          <span class="muted">{NODE_KIND_TEXT[called.kind]}</span>
        )}
      </th>
      <td class="is-wide" />
      <td class="num" title={`${exactCount(calls)} calls`}>
        {formatCount(calls)}
      </td>
      <Failures calls={calls} errors={errors} />
      <td class="num is-wide" title={formatDuration(p50Ms)}>
        {inUnit(p50Ms, unit)}
      </td>
      <td class="num" title={formatDuration(p95Ms)}>
        {inUnit(p95Ms, unit)}
      </td>
    </tr>
  );
}

function Failures({ calls, errors }: { readonly calls: number; readonly errors: number }) {
  const tone = errors > 0 ? 'has-failed' : 'none';
  return (
    <>
      <td class={`num is-wide ${tone}`} title={`${exactCount(errors)} failed`}>
        {formatCount(errors)}
      </td>
      <td class={`num ${tone}`} title={`${exactCount(errors)} of ${exactCount(calls)} failed`}>
        {calls === 0 ? '–' : inPercent(errors / calls)}
      </td>
    </>
  );
}
