import { type Meter, metrics, type MeterProvider, trace } from '@opentelemetry/api';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Observed } from '../test/observed.ts';
import { ApiTelemetry } from './api-telemetry.ts';

afterEach(() => {
  trace.disable();
  metrics.disable();
});

class Meters implements MeterProvider {
  readonly observed = new Observed();
  asked = 0;

  getMeter(): Meter {
    this.asked++;
    return this.observed.meter;
  }
}

describe('ApiTelemetry', () => {
  it('has neither tracer nor instruments where nothing is registered', () => {
    const telemetry = new ApiTelemetry();
    expect([telemetry.tracer, telemetry.instruments]).toEqual([undefined, undefined]);
  });

  it('makes the instruments once for each meter provider, and writes to the one that is registered', async () => {
    const telemetry = new ApiTelemetry();
    const [first, second] = [new Meters(), new Meters()];
    for (const meters of [first, second]) {
      metrics.setGlobalMeterProvider(meters);
      telemetry.instruments?.recoveryEvents.add(1);
      telemetry.instruments?.recoveryEvents.add(1);
      metrics.disable();
      expect(telemetry.instruments).toBeUndefined();
    }
    for (const { asked, observed } of [first, second]) {
      expect(asked).toBe(1);
      expect(await observed.points('recovery.events')).toEqual({ '': 2 });
    }
  });

  it('makes the tracer once for each tracer provider', () => {
    const telemetry = new ApiTelemetry();
    const provider = new NodeTracerProvider();
    trace.setGlobalTracerProvider(provider);
    const { tracer } = telemetry;
    expect(tracer?.startSpan('span').isRecording()).toBe(true);
    expect(telemetry.tracer).toBe(tracer);
    trace.disable();
    expect(telemetry.tracer).toBeUndefined();
  });
});
