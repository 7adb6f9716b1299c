import type { AttributesJson } from '@tta/obs-protocol';
import { matchesQuery, type FilterNode } from '@tta/obs-protocol/query';
import type { SqliteConnection } from '../sqlite-connection.ts';
import { number, text } from '../sqlite-rows.ts';
import { textsOf } from './queryable-span.ts';
import { condition, FALSE, type SqlCondition } from './sql-condition.ts';

/** With more of these it would take long to look at each. */
const MOST_RESOURCES = 1_000;

interface StoredResource {
  readonly id: number;
  readonly serviceName: string;
  readonly attributes: AttributesJson;
}

/** Finds the resources that a filter finds: they are few, and each is of many spans. */
export class ResourceFilter {
  readonly #connection: SqliteConnection;
  #resources: readonly StoredResource[] | undefined;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  /**
   * True of spans `s` whose resource alone the filter is true of, be it by its service, its version, or an attribute;
   * `undefined` where there are too many resources to tell.
   */
  condition(filter: FilterNode, nowMs: number): SqlCondition | undefined {
    const resources = (this.#resources ??= this.#read());
    if (resources.length > MOST_RESOURCES) return undefined;
    const ids = resources.filter((resource) => isFound(filter, resource, nowMs)).map(({ id }) => id);
    if (ids.length === 0) return FALSE;
    return condition('s.resource_id IN (SELECT value FROM json_each(?))', JSON.stringify(ids));
  }

  #read(): readonly StoredResource[] {
    return this.#connection
      .sql('SELECT id, service_name, attributes FROM resource LIMIT ?')
      .all(MOST_RESOURCES + 1)
      .map((row) => ({
        id: number(row, 'id'),
        serviceName: text(row, 'service_name'),
        attributes: JSON.parse(text(row, 'attributes')) as AttributesJson,
      }));
  }
}

function isFound(filter: FilterNode, { serviceName, attributes }: StoredResource, nowMs: number): boolean {
  return matchesQuery(
    filter,
    {
      fields: {},
      spans: [
        {
          fields: { service: serviceName, version: textsOf(attributes, 'service.version') },
          text: '',
          attributes: {},
          resource: attributes,
        },
      ],
    },
    nowMs,
  );
}
