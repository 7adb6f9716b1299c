import type { SpoolOwner } from './spool-owner.ts';

/**
 * What the name of a segment's file says. Everything that others must know is in the name, because a rename
 * is the one change that happens at once or not at all.
 */
export interface SegmentName {
  /** Time of its creation, number and origin: unique, stays when the owner changes, and sorts by age. */
  readonly id: string;
  /** Bytes at its start that are already sent. */
  readonly position: number;
  /** Undefined when its owner has closed its spool: the next one takes it. */
  readonly owner: SpoolOwner | undefined;
}

/** A segment that a spool owns. */
export interface Segment {
  readonly id: string;
  path: string;
  /** Where its last whole record ends. */
  sizeBytes: number;
  /** Where its first unsent record begins. */
  position: number;
}

/** `<created ms>-<number>-<origin>-<position>.<host>-<pid>-<start>-<instance>.seg`, or `….free.seg`. */
const pattern =
  /^(\d{15}-\d{6,}-[0-9a-f]{8})-(\d{1,15})\.(?:free|([0-9a-f]{8})-(\d{1,10})-([0-9a-f]{8})-([0-9a-f]{8}))\.seg$/;

export function segmentId(createdMs: number, sequence: number, origin: SpoolOwner): string {
  const digits = (value: number, length: number): string => String(Math.floor(value)).padStart(length, '0');
  return `${digits(createdMs, 15)}-${digits(sequence, 6)}-${origin.instance}`;
}

export function formatSegmentName({ id, position, owner }: SegmentName): string {
  const state = owner ? [owner.host, owner.pid, owner.started, owner.instance].join('-') : 'free';
  return `${id}-${position}.${state}.seg`;
}

/** Undefined for a file that is no segment. */
export function parseSegmentName(fileName: string): SegmentName | undefined {
  const [, id, position, host, pid, started, instance] = pattern.exec(fileName) ?? [];
  if (id === undefined) return undefined;
  const isOwned = host !== undefined && started !== undefined && instance !== undefined;
  return {
    id,
    position: Number(position),
    owner: isOwned ? { host, pid: Number(pid), started, instance } : undefined,
  };
}
