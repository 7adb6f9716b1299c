/** A whole program that sends one trace to the service at `endpoint`: the imports and three lines. */
export function ttaObsProgram(endpoint: string): string {
  return `import { initializeObservability } from '@tta/obs';
import { lambda } from '@tta/obs-primitives';

const obs = initializeObservability({ serviceName: 'my-app', ttaUiEndpoint: '${endpoint}' });
await lambda('first step', () => 'hello').execute(undefined);
await obs.shutdown();`;
}
