import { renameSync, truncateSync, unlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, type Random, systemClock, systemRandom } from '@tta/obs-context';
import type { Backlog, Batch } from './backlog.ts';
import { backlogLimit } from './backlog-limit.ts';
import { SegmentWriter } from './segment-writer.ts';
import { fileSize, isMissing, listSegments, makeFolder, type SegmentFile, withFile } from './spool-folder.ts';
import { SpoolOrphans } from './spool-orphans.ts';
import { currentOwner, type SpoolOwner } from './spool-owner.ts';
import { countItems, headerBytes, largestBodyBytes, readRecord } from './spool-record.ts';
import { formatSegmentName, type Segment, type SegmentName } from './spool-segment.ts';

export interface DiskSpoolOptions {
  /** Holds the folders of all destinations; made with mode 0700 when it is missing. */
  readonly directory: string;
  /** The folder of this destination, from `spoolKey()`. */
  readonly key: string;
  /**
   * Bytes that may wait for this destination, over all processes that share the folder; the oldest segments
   * make room. Each further process may be above it by one segment.
   */
  readonly limitBytes: number;
  /**
   * Told of items that are gone without having been sent, and why; 0 where damage hides how many. Must not
   * throw.
   */
  readonly onDropped: (count: number, reason: Error) => void;
  readonly clock?: Clock;
  readonly random?: Random;
  /** @defaultValue this process */
  readonly owner?: SpoolOwner;
}

/** The oldest batch. */
interface Head {
  readonly batch: Batch;
  /** Undefined when its segment was dropped while it was under way: it is in memory alone. */
  segment: Segment | undefined;
  /** Where it ends in its segment. */
  readonly next: number;
  /** Whether `first()` has handed it out. */
  isUnderWay: boolean;
}

/** Segments are dropped whole, so they are small beside the limit. */
const largestSegmentBytes = 2 ** 20;
const segmentsWithinLimit = 16;
/** For a folder; the oldest make room, as with bytes. */
const mostSegments = 4_096;
/** Bounds how long one `append` blocks the program. */
const mostDropped = 128;

/**
 * Batches that wait on disk, also for later processes: nothing that `append` has accepted is lost when the
 * process is killed. A power cut may take what the system had not written yet.
 *
 * Every spool appends to segments of its own. The segments of a process that has ended, or has closed its
 * spool, belong to the first that renames them ({@link DiskSpool.adopt}). A batch may be sent twice when a
 * process is killed between the destination's answer and {@link DiskSpool.removeFirst}.
 *
 * No method throws, and none keeps a file open. All work is synchronous: it happens only while a destination
 * is down or slow, and a batch that is handed over is safe before the next line of the program runs.
 */
export class DiskSpool implements Backlog {
  readonly isDurable = true;
  readonly volatile = undefined;
  readonly keepsOn = 'disk';
  readonly #folder: string;
  readonly #limitBytes: number;
  readonly #segmentBytes: number;
  readonly #writer: SegmentWriter;
  readonly #orphans: SpoolOrphans;
  readonly #onDropped: (count: number, reason: Error) => void;
  readonly #clock: Clock;
  readonly #owner: SpoolOwner;
  /** Oldest first. */
  #segments: Segment[] = [];
  #head: Head | undefined;
  #isMoreToAdopt = false;
  #isClosed = false;
  #lastError: Error | undefined;

  /** @throws {@link InvalidOptionError} (`OBS_ERR_INVALID_OPTION`) for a limit that is none. */
  constructor(options: DiskSpoolOptions) {
    this.#folder = join(options.directory, options.key);
    this.#limitBytes = backlogLimit(options.limitBytes);
    this.#segmentBytes = Math.min(largestSegmentBytes, Math.floor(this.#limitBytes / segmentsWithinLimit));
    this.#onDropped = options.onDropped;
    this.#clock = options.clock ?? systemClock;
    this.#owner = options.owner ?? currentOwner(options.random ?? systemRandom);
    this.#writer = new SegmentWriter({
      folder: this.#folder,
      owner: this.#owner,
      segmentBytes: this.#segmentBytes,
      clock: this.#clock,
    });
    this.#orphans = new SpoolOrphans({
      folder: this.#folder,
      owner: this.#owner,
      clock: this.#clock,
      onError: (error) => this.#note(error),
    });
  }

  /** Of what this process has spooled and adopted. */
  get isEmpty(): boolean {
    return this.#peek() === undefined;
  }

  /** What the file system refused last, e.g. why {@link append} returned false. */
  get lastError(): Error | undefined {
    return this.#lastError;
  }

  append(batch: Batch): boolean {
    const sizeBytes = headerBytes + batch.body.byteLength;
    try {
      if (this.#isClosed) throw new Error('the spool is closed');
      if (sizeBytes > Math.min(this.#limitBytes, headerBytes + largestBodyBytes))
        throw new Error(`a batch of ${sizeBytes} bytes is larger than the spool takes`);
      // A segment may vanish while it is written: another process made room, or the user emptied the folder.
      for (let attempt = 0; attempt < 3; attempt++) {
        if (this.#write(batch, sizeBytes)) return true;
      }
      throw new Error(`files in ${this.#folder} vanish as soon as they are made`);
    } catch (error) {
      this.#lastError = error as Error;
      return false;
    }
  }

  first(): Batch | undefined {
    const head = this.#peek();
    if (head) head.isUnderWay = true;
    return head?.batch;
  }

  removeFirst(): void {
    if (!this.#head?.isUnderWay) return;
    const { segment, next } = this.#head;
    this.#head = undefined;
    if (!segment) return;
    segment.position = next;
    if (next >= segment.sizeBytes) this.#discard(segment);
    else this.#rename(segment, { id: segment.id, position: next, owner: this.#owner });
  }

  /**
   * Takes over what earlier processes have left, oldest first, and shows others that this one lives: to be
   * called at the start and then every few minutes as long as anything waits. A call takes 64 segments at most
   * and ends early when the folder is full or slow; the next one goes on from there. Costs one look at the
   * folder when there is none.
   */
  adopt(): void {
    this.#isMoreToAdopt = false;
    if (this.#isClosed) return;
    try {
      let adopted = 0;
      for (const { file, isHeld } of this.#orphans.search(new Set(this.#segments.map(({ id }) => id)))) {
        if (isHeld) this.#touch(file.path);
        else if (this.#adopt(file)) adopted++;
      }
      this.#isMoreToAdopt = adopted > 0 && this.#orphans.isCutShort;
    } catch (error) {
      this.#lastError = error as Error;
    }
  }

  /** Leaves everything for the next process, which need not wait for the end of this one. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#head?.isUnderWay && !this.#head.segment)
      this.#onDropped(this.#head.batch.count, new Error('the spool was full and is closed'));
    for (const { id, position, path } of this.#segments) {
      this.#try(() =>
        renameSync(path, join(this.#folder, formatSegmentName({ id, position, owner: undefined }))),
      );
    }
    this.#segments = [];
    this.#isMoreToAdopt = false;
    this.#head = undefined;
  }

  #write(batch: Batch, sizeBytes: number): boolean {
    const segment = this.#writer.current(sizeBytes) ?? this.#begin(sizeBytes);
    try {
      const isKept = this.#writer.write(segment, batch);
      if (!isKept) this.#forget(segment);
      return isKept;
    } catch (error) {
      if (segment.sizeBytes === 0) this.#discard(segment);
      throw error;
    }
  }

  #begin(sizeBytes: number): Segment {
    makeFolder(this.#folder);
    this.#makeRoom(Math.max(this.#segmentBytes, sizeBytes));
    const segment = this.#writer.begin();
    this.#insert(segment);
    return segment;
  }

  #peek(): Head | undefined {
    // Where nothing can be read, looking for more ends with the first 64.
    let mayAdopt = true;
    while (!this.#head && (this.#segments.length > 0 || (this.#isMoreToAdopt && mayAdopt))) {
      const segment = this.#segments[0];
      if (!segment) {
        mayAdopt = false;
        this.adopt();
      } else if (segment.position >= segment.sizeBytes) {
        mayAdopt = this.#discard(segment);
      } else {
        this.#readNext(segment);
      }
    }
    return this.#head;
  }

  #readNext(segment: Segment): void {
    let record;
    try {
      record = withFile(segment.path, (fd) => readRecord(fd, segment.position, segment.sizeBytes));
    } catch (error) {
      // Another process has it, or `adopt()` finds it again later.
      this.#forget(segment);
      if (!isMissing(error)) this.#orphans.leaveAlone(segment.id);
      this.#note(error);
      return;
    }
    const { batch, count, next } = record;
    if (batch) this.#head = { batch, segment, next, isUnderWay: false };
    else {
      segment.position = next;
      this.#onDropped(count, new Error(`a record of ${segment.path} is damaged or incomplete`));
    }
  }

  #adopt({ id, position, path: found }: SegmentFile): boolean {
    const path = this.#pathOf(id, position);
    try {
      // Of two that try, one finds it gone.
      renameSync(found, path);
    } catch (error) {
      this.#note(error);
      return false;
    }
    this.#touch(path);
    // Its owner may have written between the first look and the rename.
    this.#insert({ id, path, sizeBytes: fileSize(path), position });
    return true;
  }

  /** @throws when there is no room yet: the next call goes on. */
  #makeRoom(neededBytes: number): void {
    const files = listSegments(this.#folder);
    const tooMany = files.length + 1 - mostSegments;
    // So many sizes would take too long to ask for as well.
    const sizes = tooMany > mostDropped ? [] : files.map(({ path }) => fileSize(path));
    let excessBytes = sizes.reduce((sum, size) => sum + size, neededBytes) - this.#limitBytes;
    let count = 0;
    let dropped = 0;
    for (const file of files.slice(0, mostDropped)) {
      if (excessBytes <= 0 && dropped >= tooMany) break;
      count += this.#drop(file);
      excessBytes -= sizes[dropped] ?? 0;
      dropped++;
    }
    if (count > 0)
      this.#onDropped(count, new Error(`more than ${this.#limitBytes} bytes wait in ${this.#folder}`));
    if (excessBytes > 0 || dropped < tooMany)
      throw new Error(
        `${this.#folder} holds too much: its oldest segments make room, ${mostDropped} at a time`,
      );
  }

  /** @returns How many unsent items are gone with it. */
  #drop(file: SegmentFile): number {
    const own = this.#segments.find(({ id }) => id === file.id);
    const path = this.#pathOf(file.id, file.position);
    let from = file.position;
    if (own && this.#head?.segment === own && this.#head.isUnderWay) {
      from = this.#head.next;
      this.#head.segment = undefined;
    }
    if (own) this.#forget(own);
    try {
      // For the segment of another spool this is the claim; its owner finds it gone and goes on.
      renameSync(file.path, path);
    } catch (error) {
      this.#note(error);
      return 0;
    }
    let count = 0;
    let unreadable: unknown;
    try {
      const end = fileSize(path);
      count = withFile(path, (fd) => countItems(fd, from, end));
    } catch (error) {
      unreadable = error;
    }
    // Two that make room may both have got as far as this; who removes it counts.
    if (!this.#remove(file.id, path)) return 0;
    if (unreadable)
      this.#onDropped(0, new Error(`${path} makes room and could not be read`, { cause: unreadable }));
    return count;
  }

  #insert(segment: Segment): void {
    this.#segments.push(segment);
    this.#segments.sort((a, b) => (a.id < b.id ? -1 : 1));
    // What was only looked at may no longer be the oldest.
    if (!this.#head?.isUnderWay) this.#head = undefined;
  }

  #forget(segment: Segment): void {
    this.#segments = this.#segments.filter((other) => other !== segment);
    this.#writer.leave(segment);
    if (this.#head?.segment === segment && !this.#head.isUnderWay) this.#head = undefined;
  }

  /**
   * Nothing unsent is in it.
   *
   * @returns Whether it was there.
   */
  #discard(segment: Segment): boolean {
    this.#forget(segment);
    return this.#remove(segment.id, segment.path);
  }

  /** @returns Whether it was there. */
  #remove(id: string, path: string): boolean {
    try {
      unlinkSync(path);
    } catch (error) {
      if (isMissing(error)) return false;
      // In a folder that has become read-only the file stays, and must not be sent again.
      this.#note(error);
      this.#try(() => truncateSync(path));
      this.#orphans.leaveForGood(id);
    }
    return true;
  }

  #rename(segment: Segment, name: SegmentName): void {
    const path = join(this.#folder, formatSegmentName(name));
    try {
      renameSync(segment.path, path);
      segment.path = path;
    } catch (error) {
      if (isMissing(error)) this.#forget(segment);
      else this.#note(error);
    }
  }

  #touch(path: string): void {
    const seconds = this.#clock.now() / 1000;
    this.#try(() => utimesSync(path, seconds, seconds));
  }

  #pathOf(id: string, position: number): string {
    return join(this.#folder, formatSegmentName({ id, position, owner: this.#owner }));
  }

  /** That a file is gone is no trouble: another process has it. */
  #note(error: unknown): void {
    if (!isMissing(error)) this.#lastError = error as Error;
  }

  #try(action: () => void): boolean {
    try {
      action();
      return true;
    } catch (error) {
      this.#note(error);
      return isMissing(error);
    }
  }
}
