import { posix, win32 } from 'node:path';

export interface DataDirectoryOptions {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
}

/** Where this platform keeps a user's data for us. */
export function dataDirectory({ platform, env, homeDirectory }: DataDirectoryOptions): string {
  if (platform === 'win32') {
    return win32.join(env['LOCALAPPDATA'] || win32.join(homeDirectory, 'AppData', 'Local'), 'tta-obs');
  }
  if (platform === 'darwin') {
    return posix.join(homeDirectory, 'Library', 'Application Support', 'tta-obs');
  }
  const dataHome = env['XDG_DATA_HOME'];
  // The XDG specification: a relative path is invalid and must be ignored.
  const isUsable = dataHome !== undefined && posix.isAbsolute(dataHome);
  return posix.join(isUsable ? dataHome : posix.join(homeDirectory, '.local', 'share'), 'tta-obs');
}
