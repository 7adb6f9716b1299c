import type { LiveChange } from '@tta/obs-protocol';
import type { WriteJob } from '../storage/sqlite-storage.ts';

/** The part of the storage that a method belongs to. */
export type Part = 'traces' | 'logs' | 'metrics' | 'statistics' | 'storage';

/** What a storage thread is started with. */
export interface ThreadStart {
  readonly role: 'writer' | 'reader' | 'backup';
  readonly databasePath: string;
  /** Whether a commit outlives a loss of power. */
  readonly durability: Durability;
  /** Where `backup` copies to; it ends when it has. */
  readonly backupPath?: string;
  /** What was found wrong with the file by the threads before these. */
  readonly damage?: { readonly message: string; readonly seq: number };
}

/** `process`: what is answered outlives the process; `full`: also a loss of power, at the price of a sync each commit. */
export type Durability = 'process' | 'full';

export type Request =
  | { readonly id: number; readonly kind: 'write'; readonly job: WriteJob }
  | {
      readonly id: number;
      readonly kind: 'call';
      readonly part: Part;
      readonly method: string;
      readonly args: readonly unknown[];
    };

/** An error as it goes to another thread, where its class is made again. */
export interface ErrorJson {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  /** The primary result code of SQLite. */
  readonly errcode?: number;
}

export type Reply =
  | { readonly kind: 'ready'; readonly path: string; readonly notices: readonly string[] }
  | { readonly kind: 'failed'; readonly error: ErrorJson }
  /** Jobs that one commit has stored. */
  | { readonly kind: 'written'; readonly ids: readonly number[]; readonly changes: readonly LiveChange[] }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorJson };
