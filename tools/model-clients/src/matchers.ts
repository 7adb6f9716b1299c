import { expect } from '@jest/globals';
import { matchers } from '@tta/obs-testing/jest';

expect.extend(matchers);
