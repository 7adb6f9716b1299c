/** Codes of gRPC for failures, each with its number and the status of HTTP that `google.rpc.Code` puts beside it. */
const codes = {
  CANCELLED: [1, 499],
  UNKNOWN: [2, 500],
  INVALID_ARGUMENT: [3, 400],
  DEADLINE_EXCEEDED: [4, 504],
  NOT_FOUND: [5, 404],
  ALREADY_EXISTS: [6, 409],
  PERMISSION_DENIED: [7, 403],
  RESOURCE_EXHAUSTED: [8, 429],
  FAILED_PRECONDITION: [9, 400],
  ABORTED: [10, 409],
  OUT_OF_RANGE: [11, 400],
  UNIMPLEMENTED: [12, 501],
  INTERNAL: [13, 500],
  UNAVAILABLE: [14, 503],
  DATA_LOSS: [15, 500],
  UNAUTHENTICATED: [16, 401],
} as const;

/** The name of a code of gRPC. */
export type GrpcCode = keyof typeof codes;

/** Statuses that are beside several codes, or none. */
const codesOfStatuses: Readonly<Record<number, GrpcCode>> = {
  400: 'INVALID_ARGUMENT',
  409: 'ABORTED',
  413: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  502: 'UNAVAILABLE',
};

export function isGrpcCode(name: unknown): name is GrpcCode {
  return typeof name === 'string' && Object.hasOwn(codes, name);
}

export function statusOf(code: GrpcCode): number {
  return codes[code][1];
}

/** The number of a code, by its name or by a status of HTTP; of a status that is beside none, by its class. */
export function codeOf(nameOrStatus: GrpcCode | number): number {
  if (typeof nameOrStatus === 'string') return codes[nameOrStatus][0];
  const name = codesOfStatuses[nameOrStatus];
  if (name) return codes[name][0];
  const beside = Object.values(codes).find(([, status]) => status === nameOrStatus);
  return (beside ?? codes[nameOrStatus < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL'])[0];
}
