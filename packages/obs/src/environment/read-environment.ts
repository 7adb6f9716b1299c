import type { Signal } from '@tta/obs-tracing';
import { httpAddress } from '../http-address.ts';
import { isServiceToken, serviceTokenForm } from '../service-token.ts';
import { type AttributeLimits, readAttributeLimits } from './attribute-limits.ts';
import { type BatchSettings, readBatching } from './batching.ts';
import { type ExporterSettings, readExporters } from './exporters.ts';
import { type LogLevelSettings, readLogLevels } from './log-levels.ts';
import { type MetricExportSettings, readMetricExport } from './metric-export.ts';
import { type OtlpSettings, readOtlp } from './otlp.ts';
import { type PrometheusSettings, readPrometheus } from './prometheus.ts';
import { type PropagatorName, readPropagators } from './propagators.ts';
import { readResource, type ResourceSettings } from './resource-attributes.ts';
import { readSampler, type SamplerSettings } from './sampler.ts';
import { readSpanLimits, type SpanLimitSettings } from './span-limits.ts';
import { type Environment, Variables } from './variables.ts';

/** What the environment says, as far as it says something sensible. */
export interface EnvironmentSettings {
  readonly disabled: boolean;
  readonly resource: ResourceSettings;
  /** What kind of deployment this is, e.g. `production`. */
  readonly environment: string | undefined;
  readonly ttaUiEndpoint: string | undefined;
  readonly ttaUiToken: string | undefined;
  readonly exporters: ExporterSettings;
  readonly otlp: Readonly<Record<Signal, OtlpSettings>>;
  readonly batching: { readonly spans: BatchSettings; readonly logRecords: BatchSettings };
  readonly metricExport: MetricExportSettings;
  readonly sampler: SamplerSettings | undefined;
  readonly spanLimits: SpanLimitSettings;
  readonly logRecordLimits: AttributeLimits;
  readonly propagators: readonly PropagatorName[] | undefined;
  readonly prometheus: PrometheusSettings;
  readonly logLevels: LogLevelSettings;
  /** Whether inputs and outputs are put on spans. */
  readonly captureContent: boolean;
  readonly observeModelClients: boolean;
  /** Whether pretty log lines are coloured; `undefined`: as the stream says. */
  readonly colour: boolean | undefined;
  /** Where programs are looked for. */
  readonly searchPath: string | undefined;
  /** File with the authorities that Node trusts beside its own. */
  readonly nodeExtraCaCerts: string | undefined;
  /** One line for each variable that could not be used as it stands. */
  readonly problems: readonly string[];
}

/** Reads every variable that has a meaning here; `docs/environment.md` lists them. Never throws. */
export function readEnvironment(env: Environment): EnvironmentSettings {
  const variables = new Variables(env);
  const configurationFile = variables.first(['OTEL_CONFIG_FILE', 'OTEL_EXPERIMENTAL_CONFIG_FILE']);
  if (configurationFile) {
    const { name, value } = configurationFile;
    variables.reject(
      name,
      value,
      'left unset: configuration files are not read',
      'the other variables are used',
    );
  }
  const exporters = readExporters(variables);
  return {
    disabled: variables.flag('OTEL_SDK_DISABLED'),
    resource: readResource(variables),
    environment: variables.text('NODE_ENV'),
    ttaUiEndpoint: readTtaUiEndpoint(variables),
    ttaUiToken: readTtaUiToken(variables),
    exporters,
    otlp: readOtlp(variables, exporters),
    batching: { spans: readBatching(variables, 'BSP'), logRecords: readBatching(variables, 'BLRP') },
    metricExport: readMetricExport(variables),
    sampler: readSampler(variables),
    spanLimits: readSpanLimits(variables),
    logRecordLimits: readAttributeLimits(variables, 'LOGRECORD'),
    propagators: readPropagators(variables),
    prometheus: readPrometheus(variables),
    logLevels: readLogLevels(variables),
    captureContent: variables.flag('TTA_CAPTURE_CONTENT'),
    observeModelClients: readObserveModelClients(variables),
    colour: readColour(variables),
    searchPath: variables.text('PATH'),
    nodeExtraCaCerts: variables.text('NODE_EXTRA_CA_CERTS'),
    problems: variables.problems,
  };
}

/** Unless it is turned off. */
function readObserveModelClients(variables: Variables): boolean {
  const name = 'TTA_OBSERVE_MODEL_CLIENTS';
  return variables.text(name) === undefined || variables.flag(name);
}

/** `NO_COLOR`, `FORCE_COLOR`; Node puts them the other way round. */
function readColour(variables: Variables): boolean | undefined {
  if (variables.text('NO_COLOR') !== undefined) return false;
  const forced = variables.text('FORCE_COLOR')?.toLowerCase();
  return forced === undefined ? undefined : forced !== '0' && forced !== 'false';
}

function readTtaUiEndpoint(variables: Variables): string | undefined {
  const name = 'TTA_UI_ENDPOINT';
  const endpoint = variables.text(name);
  if (endpoint === undefined || httpAddress(endpoint) !== undefined) return endpoint;
  const example = 'an address like http://127.0.0.1:8765';
  variables.reject(name, endpoint, example, 'http://127.0.0.1:8765 is used');
  return undefined;
}

function readTtaUiToken(variables: Variables): string | undefined {
  const name = 'TTA_UI_TOKEN';
  const token = variables.text(name);
  if (token === undefined || isServiceToken(token)) return token;
  variables.reject(name, undefined, serviceTokenForm, 'none is shown');
  return undefined;
}
