// Numbers and times as a tired person reads them.

export const value = (number: number | null, unit: string): string => {
  if (number === null || !Number.isFinite(number)) return '–';
  if (unit === '1') return `${(number * 100).toFixed(1)} %`;
  if (unit === 's') return number < 1 ? `${(number * 1_000).toFixed(0)} ms` : `${number.toFixed(2)} s`;
  return `${Math.abs(number) >= 100 ? number.toFixed(0) : number.toFixed(1)} ${unit.replace(/[{}]/g, '')}`;
};
export const clock = (iso: string | null): string =>
  iso === null ? '–' : new Date(iso).toLocaleTimeString(undefined, { hour12: false });
export const span = (ms: number): string =>
  ms < 60_000
    ? `${(ms / 1_000).toFixed(1)} s`
    : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
