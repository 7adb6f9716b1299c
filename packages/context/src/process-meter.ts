/** Reads what this process uses. `@tta/obs-metrics` implements it; without it nothing is measured. */
export interface ProcessMeter {
  /** Processor time of the process so far, user and system, in milliseconds. */
  cpuMs(): number;
  /** Bytes of the heap that are in use. */
  heapBytes(): number;
}

/** What the process used between begin and end of an execution. */
export interface ProcessUse {
  readonly cpuMs: number;
  /** Negative when garbage was collected meanwhile. */
  readonly heapDeltaBytes: number;
  /**
   * How many executions overlapped with this one: itself counted, its own steps and those that it is a step of
   * not. Only where it is 1 are the other figures this execution's own.
   */
  readonly concurrent: number;
}
