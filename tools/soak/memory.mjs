/**
 * Ten minutes of ingest with the default retention: the memory of the service does not grow. `node tools/soak/memory.mjs [seconds]`
 */
import { buildLibraries } from '../bench/build-libraries.mjs';
import { MeasuredService } from '../bench/ingest/measured-service.mjs';
import { slopeMiBAMinute } from '../bench/ingest/process-usage.mjs';

const LIMIT_MIB_A_MINUTE = 1;
const LIMIT_MIB = 400;
/** Below what the service takes, so that as many traces are removed as arrive. */
const SPANS_A_SECOND = 10_000;

const seconds = Number(process.argv[2] ?? 600);
const settledSeconds = Math.min(60, seconds / 2);

buildLibraries('packages/server');
const service = await MeasuredService.start();
const endReads = service.read();
const { storedSpans, p99Ms } = await service.load({
  spanBytes: 1024,
  vocabulary: 'realistic',
  inFlight: 6,
  seconds,
  spansASecond: SPANS_A_SECOND,
});
await endReads();
const { memory } = await service.stop();
const most = Math.max(...memory.map(({ mib }) => mib));
const slope = slopeMiBAMinute(memory, settledSeconds);
process.stderr.write(
  `${storedSpans} spans, p99 of a request ${Math.round(p99Ms)} ms; memory ${most.toFixed(0)} MiB at most, ` +
    `${slope.toFixed(2)} MiB a minute after the first ${settledSeconds} s\n`,
);
process.exit(slope <= LIMIT_MIB_A_MINUTE && most <= LIMIT_MIB ? 0 : 1);
