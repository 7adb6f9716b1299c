/** Times and sizes that no client can exceed. */
export interface HttpLimits {
  /** For the first bytes of a connection, and for the headers of a request. */
  readonly headersTimeoutMs: number;
  /** For the whole of a request, and for a gRPC call with its answer. */
  readonly requestTimeoutMs: number;
  /** For a connection on which nothing is asked. */
  readonly idleTimeoutMs: number;
  /** For requests in flight when the service stops. */
  readonly closeTimeoutMs: number;
  readonly connections: number;
  readonly requestsInFlight: number;
  /** Questions to page and REST whose answers were not taken yet. */
  readonly readsInFlight: number;
  /** Of one HTTP/1.1 connection: a client that asks on without taking answers is cut off. */
  readonly requestsPerConnection: number;
  /** Of the bodies of all requests in flight. */
  readonly bytesInFlight: number;
  /** What the bodies of requests of up to 1 MiB may take beyond that. */
  readonly smallBytesInFlight: number;
  /** After which time an upload gives way to others when there is no room for both. */
  readonly slowUploadMs: number;
  /** Of one OTLP request, also after decompression. */
  readonly bodyBytes: number;
}

export const HTTP_LIMITS: HttpLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  // More than the minute that lies between two exports of metrics.
  idleTimeoutMs: 75_000,
  closeTimeoutMs: 2_000,
  connections: 1_000,
  requestsInFlight: 1_000,
  readsInFlight: 64,
  requestsPerConnection: 16,
  bytesInFlight: 128 * 1024 * 1024,
  smallBytesInFlight: 16 * 1024 * 1024,
  slowUploadMs: 5_000,
  // What the OTLP specification recommends to receivers.
  bodyBytes: 64 * 1024 * 1024,
};
