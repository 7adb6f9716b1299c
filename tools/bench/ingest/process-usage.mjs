import { readFileSync } from 'node:fs';

/** Of /proc, on every Linux that Node runs on. */
const TICKS_A_SECOND = 100;

/** The memory that a process takes now. Only where there is /proc. */
export function residentMiB(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)[1]) / 1024;
}

/** Looks at a process every second. @returns a function that ends it and returns what was seen. */
export function watchMemory(pid) {
  const begin = performance.now();
  const samples = [];
  const look = () => samples.push({ second: (performance.now() - begin) / 1000, mib: residentMiB(pid) });
  const timer = setInterval(look, 1000);
  return () => {
    clearInterval(timer);
    look();
    return samples;
  };
}

/**
 * How much memory grows in a minute, by least squares, after the seconds that are left out.
 *
 * @param {{ second: number, mib: number }[]} samples
 */
export function slopeMiBAMinute(samples, fromSecond) {
  const used = samples.filter(({ second }) => second >= fromSecond);
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanSecond = mean(used.map(({ second }) => second));
  const meanMiB = mean(used.map(({ mib }) => mib));
  const covariance = mean(used.map(({ second, mib }) => (second - meanSecond) * (mib - meanMiB)));
  const variance = mean(used.map(({ second }) => (second - meanSecond) ** 2));
  return (covariance / variance) * 60;
}

/** The processor time that a process has used, in seconds. */
export function processorSeconds(pid) {
  const [, fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const [user, system] = fields.split(' ').slice(11, 13).map(Number);
  return (user + system) / TICKS_A_SECOND;
}
