import type { ServiceNode } from '@tta/obs-protocol';
import { fieldTerm } from '@tta/obs-protocol/query';
import type { TimeWindow } from '../time-window.ts';

/** Traces in which a service took part, or something was called. */
export function nodeQuery(node: ServiceNode, window: TimeWindow): string {
  return `${nodeTerms(node)} since:${window}`;
}

/** Traces in which one called the other. */
export function callQuery(from: ServiceNode, to: ServiceNode, window: TimeWindow): string {
  // The caller and another service are known by different spans; what sends no spans is known by those of its caller.
  const called = to.kind === 'service' ? `some(${nodeTerms(to)})` : nodeTerms(to);
  return `${nodeTerms(from)} ${called} since:${window}`;
}

/** What the spans say of it, under the names that the service takes for it. */
function nodeTerms({ kind, name }: ServiceNode): string {
  const [system = ''] = name.split('/', 1);
  switch (kind) {
    case 'service':
      return fieldTerm('service', [name]);
    case 'model':
      return fieldTerm('provider', [name]);
    case 'database':
      return anyOf(['attr.db.system.name', 'attr.db.system'], system);
    case 'queue':
      return fieldTerm('attr.messaging.system', [system]);
    case 'remote':
      return anyOf(['attr.peer.service', 'attr.server.address', 'attr.net.peer.name'], name);
  }
}

function anyOf(fields: readonly `attr.${string}`[], value: string): string {
  return `(${fields.map((field) => fieldTerm(field, [value])).join(' OR ')})`;
}
