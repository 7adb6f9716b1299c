import type { ServiceFlags } from './commands/shared-flags.ts';
import { SETTINGS, type SettingName, type SettingValues } from './setting.ts';

/** Where the value of a setting comes from, and what it is called there. */
export type SettingSource =
  | { readonly kind: 'flag' | 'variable'; readonly name: string }
  | { readonly kind: 'file' }
  | { readonly kind: 'default' };

export interface SettingSources {
  readonly flags: ServiceFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The values of the settings file. */
  readonly file: SettingValues;
}

/** Flags win over variables, and variables over the file; an empty variable counts as unset. */
export function settingSource(name: SettingName, { flags, env, file }: SettingSources): SettingSource {
  const { flag, variable } = SETTINGS[name];
  if (flags[name] !== undefined) return { kind: 'flag', name: flag };
  if (env[variable]) return { kind: 'variable', name: variable };
  return { kind: file[name] === undefined ? 'default' : 'file' };
}
