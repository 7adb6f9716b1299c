import { closeSync, constants, existsSync, fchmodSync, ftruncateSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@tta/obs-context';
import type { Batch } from './backlog.ts';
import { isMissing, noFollow } from './spool-folder.ts';
import type { SpoolOwner } from './spool-owner.ts';
import { appendRecord, headerBytes } from './spool-record.ts';
import { formatSegmentName, type Segment, segmentId } from './spool-segment.ts';

export interface SegmentWriterOptions {
  readonly folder: string;
  readonly owner: SpoolOwner;
  /** Size of a segment; a batch that is larger has one of its own. */
  readonly segmentBytes: number;
  readonly clock: Clock;
}

const segmentAgeMs = 60_000;
const createFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow;
const appendFlags = constants.O_WRONLY | constants.O_APPEND | noFollow;

/** Appends to segments of one owner, to each for a minute at most. */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  #open: { readonly segment: Segment; readonly openedMs: number } | undefined;
  #sequence = 0;
  #createdMs = 0;

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
  }

  /** The segment that takes the next record, unless it needs a new one. */
  current(recordBytes: number): Segment | undefined {
    if (!this.#open) return undefined;
    const { segment, openedMs } = this.#open;
    const { clock, segmentBytes } = this.#options;
    const hasRoom = segment.sizeBytes + recordBytes <= segmentBytes;
    return hasRoom && clock.monotonic() - openedMs < segmentAgeMs ? segment : undefined;
  }

  /** @throws what the file system says. */
  begin(): Segment {
    const { folder, owner, clock } = this.#options;
    // The order of segments survives a clock that is set back.
    this.#createdMs = Math.max(this.#createdMs, clock.now());
    const id = segmentId(this.#createdMs, this.#sequence++, owner);
    const path = join(folder, formatSegmentName({ id, position: 0, owner }));
    const fd = openSync(path, createFlags, 0o600);
    try {
      // Whatever the umask took away.
      fchmodSync(fd, 0o600);
    } finally {
      closeSync(fd);
    }
    const segment = { id, path, sizeBytes: 0, position: 0 };
    this.#open = { segment, openedMs: clock.monotonic() };
    return segment;
  }

  /**
   * Appends a record.
   *
   * @returns Whether the segment is still its owner's: one that somebody else has claimed is read by nobody
   * after this.
   * @throws what the file system says; nothing is appended behind what it may have written.
   */
  write(segment: Segment, batch: Batch): boolean {
    let fd;
    try {
      fd = openSync(segment.path, appendFlags);
    } catch (error) {
      this.leave(segment);
      if (isMissing(error)) return false;
      throw error;
    }
    try {
      appendRecord(fd, batch);
    } catch (error) {
      this.leave(segment);
      ftruncateSync(fd, segment.sizeBytes);
      throw error;
    } finally {
      closeSync(fd);
    }
    // Who claims a segment renames it and then reads it: either its name has changed by now, or this is read.
    if (!existsSync(segment.path)) return false;
    segment.sizeBytes += headerBytes + batch.body.byteLength;
    return true;
  }

  /** Appends no more to a segment. */
  leave(segment: Segment): void {
    if (this.#open?.segment === segment) this.#open = undefined;
  }
}
