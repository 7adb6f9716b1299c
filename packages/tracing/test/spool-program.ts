// A process with a spool, driven by the specs: `node bundle.cjs <command> <directory> [argument]`.
// What it prints is written at once, so that nothing said is lost when it is killed.
import { writeSync } from 'node:fs';
import { seededRandom } from '@tta/obs-context/manual';
import { DiskSpool } from '../src/export/disk-spool.ts';

const [, , command, directory = '', argument = ''] = process.argv;

const spool = new DiskSpool({
  directory,
  key: 'destination',
  limitBytes: (command === 'bound' ? 4 : 64) * 2 ** 20,
  onDropped: (count) => say(`dropped ${count}`),
});

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

/** Says which batch the destination has got before the spool forgets it, as an answer does. */
function deliverOne(): boolean {
  const batch = spool.first();
  if (!batch) return false;
  const [id = ''] = Buffer.from(batch.body).toString('latin1').split(' ', 1);
  say(`got ${id}`);
  spool.removeFirst();
  return true;
}

function keep(id: string, bytes: number): void {
  if (spool.append({ body: Buffer.from(`${id} `.padEnd(bytes, 'x')), count: 1 })) say(`kept ${id}`);
  else say(`refused ${id} ${String(spool.lastError)}`);
}

/** Adopts, then spools and drains as long as it lives. */
function churn(): void {
  const random = seededRandom(Number(argument));
  spool.adopt();
  for (let sent = 0; ;) {
    for (let more = random.next() * 20; more > 0; more--)
      keep(`${argument}:${sent++}`, random.next() * 30_000);
    for (let more = random.next() * 20; more > 0; more--) deliverOne();
  }
}

/** Spools and stays alive until its input ends. */
function hold(): void {
  for (let sent = 0; sent < Number(argument); sent++) keep(`${process.pid}:${sent}`, 100);
  process.stdin.resume();
  process.stdin.once('end', () => {
    while (deliverOne());
    spool.close();
  });
}

/** Adopts when told to, at the same moment as others, and says what it has got. */
function adopt(): void {
  say('ready');
  process.stdin.once('data', () => {
    spool.adopt();
    while (deliverOne());
    say('done');
    process.exit();
  });
}

/** Spools until it is told why no more. */
function fill(): void {
  for (let sent = 0; spool.lastError === undefined; sent++) keep(String(sent), 100_000);
  for (let more = 0; more < 5; more++) keep(`more-${more}`, 100_000);
}

/** Spools much more than the bound allows. */
function bound(): void {
  for (let sent = 0; sent < Number(argument); sent++) keep(`${process.pid}:${sent}`, 10_000);
}

({ churn, hold, adopt, fill, bound })[command as 'churn']();
