import { expect, it } from '@jest/globals';
import { startCommand } from './start-command.ts';

it.each([
  ['8765', 'npx tta-obs start'],
  ['9000', 'npx tta-obs start --port 9000'],
  ['', 'npx tta-obs start'],
])('starts the service at the port %p of the page', (port, command) => {
  expect(startCommand(port)).toBe(command);
});
