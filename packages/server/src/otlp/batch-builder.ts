import type { AttributesJson } from '@tta/obs-protocol';
import { checkUnusable, UnusableRecordError } from './decode-error.ts';
import type { ExportBatch, ExportGroup, ScopeRecord } from './export-batch.ts';

/** Collects what a decoder finds, so that all decoders treat bad records and empty groups alike. */
export class BatchBuilder<Item> {
  readonly #groups: ExportGroup<Item>[] = [];
  #rejectedCount = 0;
  #unusableCount = 0;
  #rejectionReason = '';

  /** Runs `decode`; a record that it cannot use is counted, any other error goes on to the caller. */
  item<Decoded>(path: () => string, decode: () => Decoded): Decoded | null {
    try {
      return decode();
    } catch (error) {
      if (!(error instanceof UnusableRecordError)) throw error;
      this.reject(1, path, error);
      checkUnusable(++this.#unusableCount, this.#rejectionReason);
      return null;
    }
  }

  /** Counts records that are left out for one reason. */
  reject(count: number, path: () => string, { message }: UnusableRecordError): void {
    if (this.#rejectedCount === 0 && count > 0) this.#rejectionReason = `${path()}: ${message}`;
    this.#rejectedCount += count;
  }

  group(resource: AttributesJson, scope: ScopeRecord, items: readonly Item[]): void {
    if (items.length > 0) this.#groups.push({ resource, scope, items });
  }

  batch(): ExportBatch<Item> {
    return {
      groups: this.#groups,
      rejectedCount: this.#rejectedCount,
      rejectionReason: this.#rejectionReason,
    };
  }
}
