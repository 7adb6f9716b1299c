import type { Logger } from '@tta/obs-context';
import type { Destination, OtlpEndpoint, TracingOptions, Trouble } from '@tta/obs-tracing';
import type { Destinations } from './destinations.ts';
import type { EnvironmentSettings } from './environment/read-environment.ts';
import type { ObservabilityOptions } from './observability-options.ts';
import type { PrintingOptions } from './printing-options.ts';

/** What each signal is set up with. */
export interface SetUp {
  readonly options: ObservabilityOptions;
  readonly env: EnvironmentSettings;
  readonly resource: TracingOptions['resource'];
  readonly destinations: Destinations;
  readonly printing: PrintingOptions;
  /** For lines about telemetry itself: it prints them and sends them nowhere. */
  readonly printer: Logger;
  /** Hears that telemetry does not arrive. */
  readonly onTrouble: (destination: Destination | OtlpEndpoint, trouble: Trouble) => void;
}
