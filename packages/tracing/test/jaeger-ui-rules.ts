/** A file as Jaeger UI shows it. */
export interface JaegerUiView {
  /** Why spans are not shown, shown twice or shown wrong; or why the page fails. */
  readonly faults: string[];
  /** For each span that is shown, by trace and span id, the one under which it is drawn; `null` for a root. */
  readonly parents: Map<string, string | null>;
}

interface ViewedSpan {
  readonly spanID: string;
  readonly references: readonly {
    readonly refType: string;
    readonly traceID: string;
    readonly spanID: string;
  }[];
}

const hex = (digits: number): RegExp => new RegExp(`^[0-9a-f]{${digits}}$`);

/**
 * What Jaeger UI makes of a file: from its rules for spans (`transform-trace-data`) and the types of Jaeger's
 * JSON. A span without a start is left out; spans with the same id get new ones; a process that is missing
 * is an error in older versions; the first reference of either kind that is in the file makes the parent,
 * whatever trace it names; a span that leads back to itself is never reached from a root.
 */
export function viewInJaegerUi(file: string): JaegerUiView {
  const view: JaegerUiView = { faults: [], parents: new Map() };
  const check = (isRight: boolean, fault: string): void => {
    if (!isRight) view.faults.push(fault);
  };
  const { data } = JSON.parse(file) as { data?: unknown };
  if (!Array.isArray(data)) return { ...view, faults: ['no list named data'] };
  const traceIds = new Set<unknown>();
  for (const { traceID, spans, processes } of data) {
    check(typeof traceID === 'string' && hex(32).test(traceID), `traceID ${traceID}`);
    check(!traceIds.has(traceID), `trace ${traceID} twice: the later one replaces the earlier`);
    traceIds.add(traceID);
    const shown = new Map<string, ViewedSpan>();
    for (const span of spans) {
      check(span.traceID === traceID, `span of trace ${span.traceID} in ${traceID}`);
      check(hex(16).test(span.spanID), `spanID ${span.spanID}`);
      check(typeof span.operationName === 'string', `operationName ${span.operationName}`);
      check(Number.isInteger(span.startTime) && span.startTime > 0, `not shown: startTime ${span.startTime}`);
      check(Number.isInteger(span.duration) && span.duration >= 0, `duration ${span.duration}`);
      check(Number.isInteger(span.flags), `flags ${span.flags}`);
      check(!shown.has(span.spanID), `renamed: spanID ${span.spanID} twice`);
      check(Object.hasOwn(processes, span.processID), `no process ${span.processID}`);
      checkTags(span.tags, check);
      for (const log of span.logs) {
        check(Number.isInteger(log.timestamp) && log.timestamp >= 0, `timestamp ${log.timestamp}`);
        checkTags(log.fields, check);
      }
      shown.set(span.spanID, span);
    }
    for (const process of Object.values<Record<string, unknown>>(processes)) {
      check(typeof process['serviceName'] === 'string' && process['serviceName'] !== '', 'no serviceName');
      checkTags(process['tags'], check);
    }
    addParents(view, String(traceID), shown);
  }
  return view;
}

function addParents(view: JaegerUiView, traceID: string, shown: ReadonlyMap<string, ViewedSpan>): void {
  const parentOf = new Map<string, string | null>();
  for (const { spanID, references } of shown.values()) {
    for (const { refType } of references) {
      if (refType !== 'CHILD_OF' && refType !== 'FOLLOWS_FROM') view.faults.push(`refType ${refType}`);
    }
    parentOf.set(spanID, references.find((reference) => shown.has(reference.spanID))?.spanID ?? null);
  }
  for (const spanID of shown.keys()) {
    let above: string | null | undefined = spanID;
    for (let steps = 0; above !== null && above !== undefined && steps <= shown.size; steps++) {
      above = parentOf.get(above);
    }
    if (above !== null) view.faults.push(`not shown: span ${spanID} is reached from no root`);
    view.parents.set(traceID + spanID, parentOf.get(spanID) ?? null);
  }
}

const types: Readonly<Record<string, readonly string[]>> = {
  string: ['string'],
  bool: ['boolean'],
  // Beyond what JavaScript can hold, Jaeger writes text.
  int64: ['number', 'string'],
  float64: ['number', 'string'],
  binary: ['string'],
};

function checkTags(tags: unknown, check: (isRight: boolean, fault: string) => void): void {
  if (!Array.isArray(tags)) return check(false, 'no tags');
  const seen = new Set<string>();
  for (const { key, type, value } of tags) {
    check(typeof key === 'string', `key ${key}`);
    check(types[type]?.includes(typeof value) === true, `a ${typeof value} as ${type}`);
    const tag = JSON.stringify([key, value]);
    check(!seen.has(tag), `a warning: the tag ${tag} twice`);
    seen.add(tag);
  }
}
