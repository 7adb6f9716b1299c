import type { Finding } from './finding.ts';
import {
  given,
  otlpDestination,
  type OtlpDestination,
  type OtlpProtocol,
  type OtlpSignal,
} from './otlp-destination.ts';
import { isOfService, type ReachableService } from './reachable-service.ts';
import { reasonOf, sendEmptyExport, type SendResult } from './send-empty-export.ts';
import { shownAddress, withoutUser } from './shown-address.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type AddressedDestination = OtlpDestination & { readonly url: URL };

const SIGNALS: readonly OtlpSignal[] = ['traces', 'metrics', 'logs'];
const PROBE_LIMIT_MS = 1_000;

/** Whether what programs of this environment send reaches the service: an export without records is sent to find out. */
export async function checkDestination(
  env: Environment,
  service: ReachableService,
): Promise<readonly Finding[]> {
  const findings = await Promise.all([
    ...SIGNALS.filter((signal) => isSent(env, signal)).map((signal) =>
      checkSignal(otlpDestination(env, signal), service),
    ),
    checkOwnEndpoint(env, service),
  ]);
  return findings.flatMap((finding) => (finding === undefined ? [] : [finding]));
}

/** Metrics and logs go where traces go, unless they have an address of their own. */
function isSent(env: Environment, signal: OtlpSignal): boolean {
  if (signal === 'traces') return true;
  const upper = signal.toUpperCase();
  return (
    given(env, `OTEL_EXPORTER_OTLP_${upper}_ENDPOINT`) !== undefined &&
    (given(env, `OTEL_${upper}_EXPORTER`)?.value ?? 'otlp').includes('otlp')
  );
}

async function checkSignal(
  destination: OtlpDestination,
  service: ReachableService,
): Promise<Finding | undefined> {
  const { url, endpointVariable, signal } = destination;
  if (url === undefined) {
    return finding(
      `The address for ${signal} is none: it must begin with http:// or https://.`,
      destination,
      {
        mend: [exportEndpoint(destination, service)],
      },
    );
  }
  const addressed: AddressedDestination = { ...destination, url };
  if (isOfService(service, url)) return checkOwn(addressed, service);
  // Where programs send by default is a matter of the ports.
  return endpointVariable === undefined ? undefined : elsewhere(addressed, service);
}

/** The address is one of the service: what is wrong with the rest? */
async function checkOwn(
  destination: AddressedDestination,
  service: ReachableService,
): Promise<Finding | undefined> {
  const { url, protocol, signal, isOfSignal, endpointVariable } = destination;
  const mend = [exportEndpoint(destination, service)];
  if (url.protocol === 'https:') {
    return finding(`Programs speak TLS to the service, which speaks none.`, destination, { mend });
  }
  const path = `/v1/${signal}`;
  if (protocol !== 'grpc' && url.pathname.replace(/\/$/, '') !== path) {
    const rule = isOfSignal
      ? `${endpointVariable!.name} is used as it stands, and must end with ${path}`
      : `${path} is appended to ${endpointVariable?.name ?? 'the default'}`;
    return finding(
      `Programs send ${signal} to ${url.pathname} of the service, which takes them at ${path}.`,
      destination,
      {
        evidence: [rule],
        mend,
      },
    );
  }
  const isTold = endpointVariable !== undefined || destination.headersVariable !== undefined;
  // Programs of @tta/obs show a token of their own, and nobody has told others to report here.
  if (service.token !== undefined && !isTold) return undefined;
  if (service.token !== undefined && !(await isAdmitted(destination))) {
    return finding(
      'The service wants a token, and programs of this shell show none or another.',
      destination,
      {
        evidence: [
          destination.headersVariable === undefined
            ? 'OTEL_EXPORTER_OTLP_HEADERS is not set'
            : `${destination.headersVariable.name} has ${Object.keys(destination.headers).join(', ') || 'no header'}`,
        ],
        mend: [
          '# TTA_UI_TOKEN holds the token, which programs of @tta/obs read from there:',
          'export OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20$TTA_UI_TOKEN"',
        ],
      },
    );
  }
  const result = await sendEmptyExport(destination, protocol);
  if (result.isAccepted) return undefined;
  return finding(`The service does not take ${signal} as programs of this shell send them.`, destination, {
    evidence: [sentText(destination, protocol, result)],
    mend,
  });
}

/** A question does not count as refused, an export would. */
async function isAdmitted({ url, headers }: AddressedDestination): Promise<boolean> {
  try {
    const plain = withoutUser(new URL('/health', url));
    const response = await fetch(plain.url, {
      headers: { ...plain.headers, ...headers },
      redirect: 'error',
      signal: AbortSignal.timeout(PROBE_LIMIT_MS),
    });
    await response.body?.cancel();
    // 403 is for a name of this machine that only who shows the token may call it by.
    return response.status !== 401 && response.status !== 403;
  } catch {
    // What is wrong is told by the export that follows.
    return true;
  }
}

/** The address is not one of the service. */
async function elsewhere(
  destination: AddressedDestination,
  service: ReachableService,
): Promise<Finding | undefined> {
  const { url, protocol, signal, isOfSignal } = destination;
  const result = await sendEmptyExport(destination, protocol);
  const evidence = [sentText(destination, protocol, result)];
  const mend = [exportEndpoint(destination, service)];
  const place = `${url.host}, and not to the service at ${service.url}`;
  if (result.isAccepted) {
    // Metrics and logs with an address of their own are meant to go there.
    if (signal !== 'traces' && isOfSignal) return undefined;
    return finding(`Programs of this shell send ${signal} to ${place}.`, destination, {
      evidence: [...evidence, 'that is right only where the receiver there hands them on to the service'],
      mend,
    });
  }
  const other: OtlpProtocol = protocol === 'grpc' ? 'http/protobuf' : 'grpc';
  const second = await sendEmptyExport(atRoot(destination, other), other);
  if (!second.isAccepted) {
    return finding(
      `Programs of this shell send ${signal} to ${place}; there, nobody takes them.`,
      destination,
      {
        evidence,
        mend,
      },
    );
  }
  return finding(
    `Programs of this shell send ${signal} to ${place}; there, ${other} is spoken and not ${protocol}.`,
    destination,
    {
      evidence: [...evidence, sentText(destination, other, second)],
      mend: [...mend, `# or, for the receiver that is there:`, `export OTEL_EXPORTER_OTLP_PROTOCOL=${other}`],
    },
  );
}

function atRoot(destination: AddressedDestination, protocol: OtlpProtocol): AddressedDestination {
  if (protocol === 'grpc') return destination;
  return { ...destination, url: new URL(`/v1/${destination.signal}`, destination.url) };
}

/** Programs of `@tta/obs` have an address of their own for the service. */
async function checkOwnEndpoint(env: Environment, service: ReachableService): Promise<Finding | undefined> {
  const variable = given(env, 'TTA_UI_ENDPOINT');
  if (variable === undefined) return undefined;
  const evidence = [`TTA_UI_ENDPOINT=${shownAddress(variable.value)}`];
  const mend = [`export TTA_UI_ENDPOINT=${service.url}`];
  if (!URL.canParse(variable.value)) {
    return { check: 'destination', what: 'TTA_UI_ENDPOINT is no address.', evidence, mend };
  }
  const url = new URL(variable.value);
  if (url.protocol === 'http:' && isOfService(service, url)) return undefined;
  const { url: health, headers } = withoutUser(new URL('/health', url));
  const told = await fetch(health, {
    headers,
    redirect: 'manual',
    signal: AbortSignal.timeout(PROBE_LIMIT_MS),
  }).then(({ status }) => `answered ${status}`, reasonOf);
  return {
    check: 'destination',
    what: `Programs of @tta/obs send to ${url.host}, and not to the service at ${service.url}.`,
    evidence: [...evidence, `GET ${health.href}: ${told}`],
    mend,
  };
}

function finding(
  what: string,
  { endpointVariable, protocolVariable }: OtlpDestination,
  { evidence = [], mend }: { readonly evidence?: readonly string[]; readonly mend: readonly string[] },
): Finding {
  const variables = [
    ...(endpointVariable === undefined
      ? []
      : [`${endpointVariable.name}=${shownAddress(endpointVariable.value)}`]),
    ...(protocolVariable === undefined ? [] : [`${protocolVariable.name}=${protocolVariable.value}`]),
  ];
  return { check: 'destination', what, evidence: [...variables, ...evidence], mend };
}

function sentText(
  { signal, url }: AddressedDestination,
  protocol: OtlpProtocol,
  { told }: SendResult,
): string {
  const address = protocol === 'grpc' ? url.host : `${url.host}${url.pathname}`;
  return `an export without ${signal}, sent by ${protocol} to ${address}: ${told}`;
}

/** The line that puts the endpoint right where it is set. */
function exportEndpoint(
  { endpointVariable, isOfSignal, protocol, signal }: OtlpDestination,
  { url }: ReachableService,
): string {
  const name = endpointVariable?.name ?? 'OTEL_EXPORTER_OTLP_ENDPOINT';
  return `export ${name}=${url}${isOfSignal && protocol !== 'grpc' ? `/v1/${signal}` : ''}`;
}
