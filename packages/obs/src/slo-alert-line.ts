import type { LineLevel, LogFields } from '@tta/obs-context';
import { attributeNames as names } from '@tta/obs-context';
import { type SloAlertChange, sloWindowMs } from '@tta/obs-metrics';

/** How an alert of an SLO reads in the log: what has to be looked at now is an error, what can wait or is over a warning. */
export function sloAlertLine(change: SloAlertChange): {
  readonly level: LineLevel;
  readonly message: string;
  readonly fields: LogFields;
} {
  const { slo, state, severity, longWindow, shortWindow, threshold, longBurnRate, shortBurnRate } = change;
  const isFiring = state === 'firing';
  const rates = `${rate(longBurnRate)} over ${longWindow}, ${rate(shortBurnRate)} over ${shortWindow}${young(change)}`;
  return {
    level: isFiring && severity === 'page' ? 'error' : 'warn',
    message: isFiring
      ? `SLO "${slo}" burns its error budget too fast: ${rates}, where ${rate(threshold)} is the limit (${severity})`
      : `SLO "${slo}" no longer burns its error budget too fast: ${rates} (${severity})`,
    fields: {
      [names.sloName]: slo,
      [names.sloWindow]: longWindow,
      'slo.severity': severity,
      'slo.burn_rate.long': longBurnRate,
      'slo.burn_rate.short': shortBurnRate,
    },
  };
}

/** A window that is longer than the program's life holds no more than that. */
function young({ coveredMs, longWindow }: SloAlertChange): string {
  const isWhole = coveredMs >= (sloWindowMs(longWindow) ?? 0);
  return isWhole ? '' : ` (in the ${Math.max(1, Math.round(coveredMs / 1_000))} s since the start)`;
}

function rate(times: number): string {
  return `${Number(times.toPrecision(3))}×`;
}
