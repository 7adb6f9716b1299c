import { posix, win32 } from 'node:path';

export interface DataDirectoryOptions {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string | undefined;
}

/**
 * Where this platform keeps a user's data for us.
 *
 * @returns `undefined` for a user without a home directory: any other place would be shared with others.
 */
export function dataDirectory({ platform, env, homeDirectory }: DataDirectoryOptions): string | undefined {
  const paths = platform === 'win32' ? win32 : posix;
  // The XDG specification: a relative path is invalid and must be ignored.
  const absolute = (path: string | undefined): string | undefined =>
    path !== undefined && paths.isAbsolute(path) ? path : undefined;
  const home = absolute(homeDirectory);
  const below = (...folders: string[]): string | undefined => home && paths.join(home, ...folders);
  const parent =
    platform === 'win32'
      ? (absolute(env['LOCALAPPDATA']) ?? below('AppData', 'Local'))
      : platform === 'darwin'
        ? below('Library', 'Application Support')
        : (absolute(env['XDG_DATA_HOME']) ?? below('.local', 'share'));
  return parent && paths.join(parent, 'tta-obs');
}
