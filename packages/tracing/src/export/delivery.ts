import { context, diag, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { Clock, Random } from '@tta/obs-context';
import { BackOff } from './back-off.ts';
import type { Backlog, Batch } from './backlog.ts';
import type { ExportCounts, Trouble } from './export-counts.ts';
import type { Sender, SendOutcome } from './sender.ts';
import type { Signal } from './signal.ts';

export interface DeliveryOptions<B> {
  /** What it brings. */
  readonly signal: Signal;
  readonly sender: Sender<B>;
  readonly backlog: Backlog<B>;
  /**
   * Takes the next batch out of the queue; `undefined` when nothing waits there, or not enough for a full one
   * and only that is wanted.
   */
  readonly take: (onlyFull?: boolean) => Batch<B> | undefined;
  /** How long one request may take, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * Whether a batch may arrive twice: the destination knows its items again (spans by their ids), or the later
   * of two replaces the earlier. @defaultValue true
   */
  readonly isRepeatable?: boolean;
  /** Settles when requests may be made. @defaultValue at once */
  readonly ready?: Promise<unknown> | undefined;
  readonly onTrouble: (trouble: Trouble) => void;
  readonly clock: Clock;
  readonly random: Random;
}

/** Also where a destination asks to come back at once. */
const shortestWaitMs = 100;
/** A request that takes longer than this has what comes after it, and itself, put on disk meanwhile. */
const slowMs = 1_000;
/** Processes end at any time; what they left behind is looked for this often. */
const adoptMs = 30_000;
/** Not while the program starts. */
const firstAdoptMs = 250;
/** At the end of a program, for what waits on disk: it is safe there, and may be another program's. */
const lastDrainMs = 1_000;

/** The request under way. */
interface Attempt<B> {
  readonly batch: Batch<B>;
  /** Whether the backlog has the batch, as its first. */
  isStored: boolean;
  isSlow: boolean;
}

/**
 * Brings batches to one destination in order, one request at a time. A batch that the destination does not
 * take now waits in the backlog with all that come after it, until a later attempt empties it.
 */
export class Delivery<B> {
  readonly #options: DeliveryOptions<B>;
  readonly #backlog: Backlog<B>;
  readonly #clock: Clock;
  #ready: Promise<unknown> | undefined;
  /** The attempt under way, and when it is over. */
  #attempt: Attempt<B> | undefined;
  #over: Promise<void> | undefined;
  /** Set while the destination is left alone; `asked` when it named the time. */
  #pause: { readonly cancel: () => void; readonly asked: boolean } | undefined;
  readonly #backOff: BackOff;
  /** Why batches are kept at present. */
  #reason = new Error('it is slow');
  #cancelAdopt: () => void = () => {};
  #hasAdopted = false;
  #isAdoptionDue = false;
  #cancelSpill: (() => void) | undefined;
  #phase: 'open' | 'stopping' | 'stopped' = 'open';
  #stopping: Promise<void> | undefined;
  /** While it stops: the destination has had its chance. */
  #hasGivenUp = false;
  #drainUntilMs = Number.POSITIVE_INFINITY;
  #exported = 0;
  #spooled = 0;
  #dropped = 0;
  /** Items out of the queue whose fate is known: exported, kept or dropped. */
  #settled = 0;
  #isTelling = false;

  constructor(options: DeliveryOptions<B>) {
    this.#options = options;
    this.#backlog = options.backlog;
    this.#clock = options.clock;
    this.#ready = options.ready;
    this.#backOff = new BackOff(options.random);
  }

  /** From now on what earlier processes have left is looked for. */
  start(): void {
    if (this.#backlog.isDurable) this.#adoptLater(firstAdoptMs);
  }

  get counts(): ExportCounts {
    return { exported: this.#exported, spooled: this.#spooled, dropped: this.#dropped };
  }

  get settled(): number {
    return this.#settled;
  }

  get isStopped(): boolean {
    return this.#phase === 'stopped';
  }

  /** Whether somebody is told of trouble just now. What comes of that would be trouble without end. */
  get isTelling(): boolean {
    return this.#isTelling;
  }

  /** Counts items that are gone, and tells of them. */
  drop(count: number, error: Error): void {
    this.#dropped += count;
    this.#tell('dropped', undefined, count, error);
  }

  /** Something waits in the queue. */
  wake(): void {
    if (this.#pause || this.#attempt?.isSlow) this.#spillInTurns();
    else this.#begin();
  }

  /** Moves what is under way and what waits in the queue to the backlog. */
  spill(error = this.#reason): void {
    this.#storeAttempt(error);
    for (let batch = this.#options.take(); batch; batch = this.#options.take()) this.#keep(batch, error);
  }

  /**
   * Resolves when `goal` is reached and the backlog is empty, or when the destination takes nothing now: then
   * what is left is kept.
   */
  async flush(goal: () => boolean): Promise<void> {
    if (this.#pause && !this.#pause.asked) this.#resume();
    while (!goal() || !this.#backlog.isEmpty) {
      if (!this.#mayTry()) return this.spill();
      this.#begin();
      if (!this.#over) return;
      await this.#over;
    }
  }

  /**
   * Tries once more, but not longer than `limitMs`; then what is durable stays behind, and the rest is dropped.
   * Of several calls the first sets the limit.
   */
  stop(limitMs: number): Promise<void> {
    return (this.#stopping ??= this.#stop(limitMs));
  }

  /** Sends the rest while the process is ending, blocking it, or else leaves it on disk. */
  finishNow(limitMs: number): void {
    if (this.#phase === 'stopped') return;
    const deadline = this.#clock.monotonic() + limitMs;
    const error = new Error('the process ended');
    let isUp = !this.#pause && !this.#hasGivenUp && !this.#attempt?.isSlow;
    if (this.#options.isRepeatable === false) this.#giveUpAttempt();
    for (const batch of this.#rest(true)) {
      const leftMs = Math.floor(deadline - this.#clock.monotonic());
      isUp &&= leftMs > 0 && this.#options.sender.sendBeforeExit(batch.body, leftMs);
      if (isUp) {
        this.#exported += batch.count;
        this.#settled += batch.count;
      } else if (this.#backlog.isDurable) this.#keep(batch, error);
      else this.drop(batch.count, error);
    }
    this.#end(error);
  }

  async #stop(limitMs: number): Promise<void> {
    if (this.#phase === 'stopped') return;
    this.#phase = 'stopping';
    this.#cancelAdopt();
    this.#drainUntilMs = this.#clock.monotonic() + lastDrainMs;
    const { sender } = this.#options;
    sender.finish();
    const giveUp = (): void => {
      this.#hasGivenUp = true;
      sender.abort();
    };
    const cancelLimit = this.#clock.timer(limitMs, giveUp, true);
    // What waits on disk need not be tried once more, and who asked for patience gets it.
    if (this.#pause && (this.#pause.asked || this.#isSafe())) this.#hasGivenUp = true;
    // A program that is over before it looked for what others left does it now.
    else if (!this.#hasAdopted) this.#adopt();
    this.#resume();
    while (this.#over) await this.#over;
    cancelLimit();
    if (this.#phase === 'stopping') this.#end(new Error('the process ended'));
  }

  /** Forgets the request under way, which may have arrived; not one that is on disk, where nothing gets lost. */
  #giveUpAttempt(): void {
    if (!this.#attempt) return;
    const { batch, isStored } = this.#attempt;
    const { volatile } = this.#backlog;
    if (isStored && volatile?.first() !== batch) return;
    if (isStored) volatile?.removeFirst();
    this.#attempt = undefined;
    this.drop(batch.count, new Error('the process ended before it was answered; it may have arrived'));
  }

  /** What would be gone with the process, oldest first; of the backlog where that is wanted. */
  *#rest(withBacklog: boolean): Generator<Batch<B>> {
    const { take } = this.#options;
    // What is under way may not have arrived.
    const current = this.#attempt;
    this.#attempt = undefined;
    if (current && !current.isStored) yield current.batch;
    const { volatile } = this.#backlog;
    if (withBacklog && volatile) yield* emptied(volatile);
    for (let batch = take(); batch; batch = take()) yield batch;
  }

  #end(error: Error): void {
    this.#phase = 'stopped';
    this.#cancelAdopt();
    this.#cancelSpill?.();
    this.#pause?.cancel();
    this.#pause = undefined;
    // A durable one sees to its volatile part itself.
    for (const batch of this.#rest(!this.#backlog.isDurable)) {
      if (this.#backlog.isDurable) this.#keep(batch, error);
      else this.drop(batch.count, error);
    }
    this.#backlog.close();
    this.#options.sender.abort();
  }

  /** Whether nothing that waits in the backlog would be gone with the process. */
  #isSafe(): boolean {
    return this.#backlog.isDurable && (this.#backlog.volatile?.isEmpty ?? true);
  }

  #mayTry(): boolean {
    return !this.#pause && !this.#hasGivenUp && this.#phase !== 'stopped';
  }

  #begin(): void {
    if (this.#over || !this.#mayTry()) return;
    if (this.#ready) {
      const ready = this.#ready;
      this.#over = ready.then(
        () => this.#isReady(),
        () => this.#isReady(),
      );
      return;
    }
    if (this.#isAdoptionDue) this.#adopt();
    const stored = this.#backlog.first();
    if (stored && this.#isSafe() && this.#clock.monotonic() > this.#drainUntilMs) {
      this.#hasGivenUp = true;
      return;
    }
    const batch = stored ?? this.#options.take();
    if (batch) this.#over = this.#try({ batch, isStored: stored !== undefined, isSlow: false });
  }

  #isReady(): void {
    this.#ready = undefined;
    this.#over = undefined;
    this.#begin();
  }

  async #try(attempt: Attempt<B>): Promise<void> {
    this.#attempt = attempt;
    const cancelSlow = this.#backlog.isDurable
      ? this.#clock.timer(slowMs, () => this.#isSlow(attempt))
      : undefined;
    // Outside of every run, and unseen by instrumentation of HTTP: sending makes no spans.
    const outcome = await context
      .with(suppressTracing(ROOT_CONTEXT), () =>
        this.#options.sender.send(attempt.batch.body, this.#options.timeoutMs),
      )
      .catch((error: Error): SendOutcome => ({ kind: 'later', error, afterMs: undefined }));
    cancelSlow?.();
    // In one go, so that no span can end between the last look at the queue and the next attempt.
    this.#over = undefined;
    if (this.#attempt !== attempt) return;
    this.#attempt = undefined;
    this.#settle(attempt, outcome);
    if (outcome.kind !== 'later') this.#begin();
  }

  #settle({ batch, isStored }: Attempt<B>, outcome: SendOutcome): void {
    if (outcome.kind === 'later') {
      this.#reason = outcome.error;
      if (!isStored) this.#keep(batch, outcome.error);
      if (this.#phase === 'open') this.#wait(outcome.afterMs);
      else this.#hasGivenUp = true;
      this.#spillInTurns();
      return;
    }
    this.#backOff.reset();
    if (isStored) this.#backlog.removeFirst();
    else this.#settled += batch.count;
    if (outcome.kind === 'refused') return this.drop(batch.count, outcome.error);
    const rejected = Math.min(Math.max(outcome.rejected, 0), batch.count);
    this.#exported += batch.count - rejected;
    if (rejected > 0) this.drop(rejected, new Error(outcome.message ?? 'it refused a part of them'));
  }

  #wait(afterMs: number | undefined): void {
    const backOffMs = this.#backOff.next();
    const waitMs = afterMs === undefined ? backOffMs : Math.max(afterMs, shortestWaitMs);
    const cancel = this.#clock.timer(waitMs, () => this.#resume());
    this.#pause = { cancel, asked: afterMs !== undefined };
  }

  #resume(): void {
    this.#pause?.cancel();
    this.#pause = undefined;
    this.#begin();
  }

  #isSlow(attempt: Attempt<B>): void {
    if (this.#attempt !== attempt) return;
    attempt.isSlow = true;
    this.#reason = new Error(`no answer for ${slowMs} ms`);
    this.#storeAttempt(this.#reason);
    this.#spillInTurns();
  }

  /** Has the backlog keep what is under way as well, as the first of all. */
  #storeAttempt(error: Error): void {
    const attempt = this.#attempt;
    if (!attempt || attempt.isStored || !this.#backlog.isDurable || !this.#backlog.isEmpty) return;
    // Where it cannot be stored nothing is lost yet: its answer is still to come.
    if (!this.#backlog.append(attempt.batch)) return;
    this.#backlog.first();
    attempt.isStored = true;
    this.#settled += attempt.batch.count;
    this.#kept(attempt.batch.count, error);
  }

  /** The same as {@link Delivery.spill} with a turn of the event loop between two batches, whose encoding takes time. */
  #spillInTurns(onlyFull = false): void {
    if (this.#cancelSpill) return;
    const batch = this.#options.take(onlyFull);
    if (!batch) return;
    this.#keep(batch, this.#reason);
    this.#cancelSpill = this.#clock.timer(0, () => {
      this.#cancelSpill = undefined;
      // Small batches would each cost a request, and the backlog would grow faster than it is sent.
      if (this.#pause || this.#attempt?.isSlow || this.#hasGivenUp) this.#spillInTurns(true);
      else this.#begin();
    });
  }

  #adoptLater(afterMs: number): void {
    this.#cancelAdopt = this.#clock.timer(afterMs, () => {
      this.#adoptLater(adoptMs);
      this.#isAdoptionDue = true;
      // While a request is under way that the backlog does not have, it waits: that one is the first.
      if (!this.#attempt || this.#attempt.isStored) this.#adopt();
      this.#begin();
    });
  }

  #adopt(): void {
    this.#isAdoptionDue = false;
    this.#hasAdopted = true;
    this.#backlog.adopt();
  }

  #keep({ body, count }: Batch<B>, error: Error): void {
    this.#settled += count;
    if (this.#backlog.append({ body, count })) this.#kept(count, error);
    else this.drop(count, this.#backlog.lastError ?? error);
  }

  #kept(count: number, error: Error): void {
    const { keepsOn } = this.#backlog;
    if (keepsOn === 'disk') this.#spooled += count;
    this.#tell('kept', keepsOn, count, error);
  }

  #tell(kind: Trouble['kind'], keptOn: Trouble['keptOn'], count: number, error: Error): void {
    if (this.#isTelling) return;
    const { signal, onTrouble } = this.#options;
    this.#isTelling = true;
    try {
      onTrouble({ signal, kind, keptOn, count, error });
    } catch (fault) {
      diag.warn(`@tta/obs: the report of undelivered ${signal} failed:`, fault);
    } finally {
      this.#isTelling = false;
    }
  }
}

/** All of a backlog, which is empty then: what is put into it meanwhile is not part of it. */
function emptied<B>(backlog: Backlog<B>): Batch<B>[] {
  const batches: Batch<B>[] = [];
  for (let batch = backlog.first(); batch; batch = backlog.first()) {
    backlog.removeFirst();
    batches.push(batch);
  }
  return batches;
}
