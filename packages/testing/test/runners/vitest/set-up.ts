import { expect } from 'vitest';
import { matchers } from '@tta/obs-testing/vitest';

expect.extend(matchers);
