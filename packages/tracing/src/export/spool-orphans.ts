import { fstatSync } from 'node:fs';
import type { Clock } from '@tta/obs-context';
import { isMissing, listSegments, type SegmentFile, withFile } from './spool-folder.ts';
import { type OwnerState, ownerState, type SpoolOwner } from './spool-owner.ts';

export interface SpoolOrphansOptions {
  readonly folder: string;
  /** Who looks for them. */
  readonly owner: SpoolOwner;
  readonly clock: Clock;
  /** Told why a segment cannot be read. */
  readonly onError: (error: unknown) => void;
}

/** A segment that is its owner's already, or that nobody owns any more. */
export interface FoundSegment {
  readonly file: SegmentFile;
  readonly isHeld: boolean;
}

/** Bounds what one search finds; the rest waits until these are sent. */
const mostFound = 64;
/** Bounds, beside the listing of the folder, how long one search blocks the program. */
const longestSearchMs = 10;
/** An owner that cannot be asked is taken to have ended when its segment was not touched for so long. */
const idleMs = 10 * 60_000;
const unreadableMs = 60_000;

/** Looks for segments of processes that have ended, or have closed their spool. */
export class SpoolOrphans {
  readonly #options: SpoolOrphansOptions;
  /** The segment that the last search looked at last; empty when it has seen all. */
  #endedAt = '';
  /** Segments that are not found, by id, until this time of the monotonic clock. */
  readonly #leftAlone = new Map<string, number>();

  constructor(options: SpoolOrphansOptions) {
    this.#options = options;
  }

  /** Whether the last search ended before it had seen all; the next one goes on from there. */
  get isCutShort(): boolean {
    return this.#endedAt !== '';
  }

  /**
   * Goes through the folder, oldest first, until it has found 64 segments or the time is over.
   *
   * @throws what the file system says about the folder.
   */
  *search(held: ReadonlySet<string>): Generator<FoundSegment, void> {
    const { folder, clock } = this.#options;
    const files = listSegments(folder);
    this.#forgetAllBut(files);
    const untilMs = clock.monotonic() + longestSearchMs;
    // Many segments have the same owner.
    const states = new Map<string, OwnerState>();
    let found = 0;
    for (const file of files) {
      if (file.id <= this.#endedAt) continue;
      if (found === mostFound || clock.monotonic() >= untilMs) return;
      this.#endedAt = file.id;
      const isHeld = held.has(file.id);
      if (isHeld) yield { file, isHeld };
      else if (this.#isOrphan(file, states)) {
        found++;
        yield { file, isHeld };
      }
    }
    this.#endedAt = '';
  }

  /** Does not find a segment again for a minute: it cannot be read now. */
  leaveAlone(id: string): void {
    this.#leftAlone.set(id, this.#options.clock.monotonic() + unreadableMs);
  }

  /** Never finds a segment again: it is sent, but its file stays. */
  leaveForGood(id: string): void {
    this.#leftAlone.set(id, Number.POSITIVE_INFINITY);
  }

  #isOrphan({ id, owner, path }: SegmentFile, states: Map<string, OwnerState>): boolean {
    const { clock, onError } = this.#options;
    if ((this.#leftAlone.get(id) ?? 0) > clock.monotonic()) return false;
    const state = this.#stateOf(owner, states);
    if (state === 'running') return false;
    try {
      // Opened before it is claimed: what cannot be read keeps its name.
      const touchedMs = withFile(path, (fd) => fstatSync(fd).mtimeMs);
      return state === 'ended' || clock.now() - touchedMs > idleMs;
    } catch (error) {
      if (!isMissing(error)) this.leaveAlone(id);
      onError(error);
      return false;
    }
  }

  #stateOf(owner: SpoolOwner | undefined, states: Map<string, OwnerState>): OwnerState {
    const self = this.#options.owner;
    // Its own, after an error while reading it.
    if (!owner || owner.instance === self.instance) return 'ended';
    const process = `${owner.host}-${owner.pid}-${owner.started}`;
    const state = states.get(process) ?? ownerState(owner, self);
    states.set(process, state);
    return state;
  }

  #forgetAllBut(files: readonly SegmentFile[]): void {
    if (this.#leftAlone.size === 0) return;
    const ids = new Set(files.map(({ id }) => id));
    for (const id of this.#leftAlone.keys()) if (!ids.has(id)) this.#leftAlone.delete(id);
  }
}
