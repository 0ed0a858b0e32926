// Light or dark, as the reader's system says; canvases must be drawn anew when it changes.
import { useSyncExternalStore } from 'react';

const light = matchMedia('(prefers-color-scheme: light)');
const subscribe = (changed: () => void): (() => void) => {
  light.addEventListener('change', changed);
  return () => light.removeEventListener('change', changed);
};
export const useScheme = (): 'light' | 'dark' =>
  useSyncExternalStore(subscribe, () => (light.matches ? 'light' : 'dark'));

const narrow = matchMedia('(max-width: 760px)');
const onNarrow = (changed: () => void): (() => void) => {
  narrow.addEventListener('change', changed);
  return () => narrow.removeEventListener('change', changed);
};
export const useNarrow = (): boolean => useSyncExternalStore(onNarrow, () => narrow.matches);
