import { nearestName } from '../nearest-name.ts';
import type { Finding } from './finding.ts';
import { given, otlpDestination, OTLP_PROTOCOLS, type GivenVariable } from './otlp-destination.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables with which an SDK sends no traces, wherever it sends to. */
export function checkVariables(env: Environment): readonly Finding[] {
  return [isDisabled(env), otherExporter(env), neverSampled(env), unknownProtocol(env)].flatMap((finding) =>
    finding === undefined ? [] : [finding],
  );
}

function isDisabled(env: Environment): Finding | undefined {
  const variable = given(env, 'OTEL_SDK_DISABLED');
  if (variable?.value.toLowerCase() !== 'true') return undefined;
  return finding('OpenTelemetry is turned off: no program of this shell sends anything.', variable, [
    `unset ${variable.name}`,
  ]);
}

function otherExporter(env: Environment): Finding | undefined {
  const variable = given(env, 'OTEL_TRACES_EXPORTER');
  const exporters = variable?.value.split(',').map((name) => name.trim());
  if (variable === undefined || exporters?.includes('otlp') === true) return undefined;
  const what =
    variable.value === 'none'
      ? 'Programs of this shell send no traces.'
      : `Programs of this shell send their traces to ${exporters!.join(' and ')}, and not by OTLP.`;
  return finding(what, variable, [`export ${variable.name}=otlp`]);
}

function neverSampled(env: Environment): Finding | undefined {
  const variable = given(env, 'OTEL_TRACES_SAMPLER');
  const kind = variable?.value.toLowerCase().replace(/^parentbased_/, '');
  if (variable === undefined) return undefined;
  const what = 'Programs of this shell leave every trace out: their sampler takes none.';
  if (kind === 'always_off')
    return finding(what, variable, [`export ${variable.name}=parentbased_always_on`]);
  const ratio = given(env, 'OTEL_TRACES_SAMPLER_ARG');
  if (kind !== 'traceidratio' || ratio === undefined || Number(ratio.value) !== 0) return undefined;
  return finding(what, ratio, [`export ${ratio.name}=1`], `${variable.name}=${variable.value}`);
}

function unknownProtocol(env: Environment): Finding | undefined {
  const { protocolVariable } = otlpDestination(env, 'traces');
  if (protocolVariable === undefined || OTLP_PROTOCOLS.some((known) => known === protocolVariable.value))
    return undefined;
  const nearest = nearestName(protocolVariable.value.toLowerCase(), OTLP_PROTOCOLS) ?? 'http/protobuf';
  return finding(
    `OTLP has no protocol "${protocolVariable.value}": it has ${OTLP_PROTOCOLS.join(', ')}.`,
    protocolVariable,
    [`export ${protocolVariable.name}=${nearest}`],
  );
}

function finding(
  what: string,
  { name, value }: GivenVariable,
  mend: readonly string[],
  ...further: readonly string[]
): Finding {
  return { check: 'variables', what, evidence: [`${name}=${value}`, ...further], mend };
}
