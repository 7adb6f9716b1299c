import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { Settings } from './settings.ts';

/** What the user of this browser chose. */
export const SettingsContext = createContext(new Settings({ getItem: () => null, setItem: () => {} }));

export function useSettings(): Settings {
  return useContext(SettingsContext);
}
