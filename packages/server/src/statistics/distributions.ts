const HALF_LOG_2_PI = Math.log(2 * Math.PI) / 2;
/** From here on Stirling's series is exact to fourteen digits. */
const STIRLING_FROM = 10;
/** Beyond, Student's distribution is as good as the normal one. */
const NORMAL_FROM = 100_000;
const MOST_STEPS = 1_000;
const TINY = 1e-300;

/** ln Γ(x). @param x - Greater than 0. */
export function logGamma(x: number): number {
  let at = x;
  let skipped = 0;
  // Γ(x + 1) = x Γ(x)
  for (; at < STIRLING_FROM; at++) skipped += Math.log(at);
  const square = 1 / (at * at);
  const series =
    (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / at;
  return (at - 0.5) * Math.log(at) - at + HALF_LOG_2_PI + series - skipped;
}

/** The logarithm of in how many ways `k` of `n` can be chosen. */
export function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

/** How often something that is normally distributed is at least `z` standard deviations from its mean, on either side. */
export function normalTails(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  return x < 2 ? 1 - errorFunctionSeries(x) : errorFunctionFraction(x);
}

/** How often Student's t of so many degrees of freedom is at least as far from 0, on either side. */
export function studentTails(t: number, degrees: number): number {
  if (!Number.isFinite(t)) return 0;
  if (degrees > NORMAL_FROM) return normalTails(t);
  const square = t * t;
  return betaPart(degrees / (degrees + square), square / (degrees + square), degrees / 2, 0.5);
}

/** erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)), whose terms all have one sign. */
function errorFunctionSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let odd = 3; term > sum * Number.EPSILON; odd += 2) {
    term *= (2 * x * x) / odd;
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** 1 − erf(x) = e^(−x²)/√π · 1/(x + ½/(x + 1/(x + 1½/(x + …)))), from its innermost fraction outwards. */
function errorFunctionFraction(x: number): number {
  let fraction = x;
  for (let step = 100; step > 0; step--) fraction = x + step / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}

/**
 * The regularised incomplete beta function I_x(a, b).
 *
 * @param rest - 1 − x, which is not exact as a difference.
 */
function betaPart(x: number, rest: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (rest <= 0) return 1;
  // Its continued fraction is soon exact only on this side; I_x(a, b) = 1 − I_(1−x)(b, a).
  if (x > (a + 1) / (a + b + 2)) return 1 - betaPart(rest, x, b, a);
  const logFactor =
    a * Math.log(x) + b * Math.log(rest) - Math.log(a) + logGamma(a + b) - logGamma(a) - logGamma(b);
  return Math.exp(logFactor) / betaFraction(x, a, b);
}

/** 1 + d₁/(1 + d₂/(1 + …)), from the outermost fraction inwards (the modified method of Lentz). */
function betaFraction(x: number, a: number, b: number): number {
  let value = 1;
  let above = 1;
  let below = 0;
  for (let step = 1; step <= MOST_STEPS; step++) {
    const m = Math.floor(step / 2);
    const d =
      step % 2 === 0
        ? (m * (b - m) * x) / ((a + step - 1) * (a + step))
        : (-(a + m) * (a + b + m) * x) / ((a + step - 1) * (a + step));
    below = 1 / nonZero(1 + d * below);
    above = nonZero(1 + d / above);
    const factor = above * below;
    value *= factor;
    if (Math.abs(factor - 1) < Number.EPSILON) break;
  }
  return value;
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
