/** Where the endpoint listens. */
export interface PrometheusEndpointOptions {
  /** @defaultValue '127.0.0.1' */
  readonly host?: string;
  /** 0 takes a free one. @defaultValue 9464 */
  readonly port?: number;
}

/** Where Prometheus scrapes, while it is being served. */
export interface PrometheusEndpoint {
  /** `http://127.0.0.1:9464/metrics`. */
  readonly url: string;
  close(): Promise<void>;
}
