export { readOpenSlo } from './slo/files/read-open-slo.ts';
export { readSloth } from './slo/files/read-sloth.ts';
export type { SloFile, SloFileOptions } from './slo/files/slo-file.ts';
export { writeOpenSlo } from './slo/files/write-open-slo.ts';
export { writeSloth } from './slo/files/write-sloth.ts';
