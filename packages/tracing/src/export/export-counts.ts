/** What became of the spans of one destination. */
export interface ExportCounts {
  /** Spans that it has acknowledged, also those that an earlier process had spooled. */
  readonly exported: number;
  /** Spans that this process wrote to disk because it could not be reached. */
  readonly spooled: number;
  /** Spans that it did not take and that are gone. */
  readonly dropped: number;
}

/** Spans that did not arrive. */
export interface Trouble {
  /** `kept`: they wait and are sent later. `dropped`: they are gone. */
  readonly kind: 'kept' | 'dropped';
  /** Where they wait; `undefined` when they are gone. */
  readonly keptOn: 'disk' | 'memory' | undefined;
  readonly spans: number;
  /** Why. */
  readonly error: Error;
}
