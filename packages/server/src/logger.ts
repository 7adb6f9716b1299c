/** Where the service reports what no client is told. Without one it is silent. */
export interface ServiceLogger {
  warn(message: string): void;
  error(message: string, error?: unknown): void;
}

export const silentLogger: ServiceLogger = { warn: () => undefined, error: () => undefined };
