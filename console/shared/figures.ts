// Numbers and durations as a tired person reads them; pages in the browser and reports on the server say them alike. Pure.
export type Lang = 'en' | 'zh';

const bytes = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
/** Three significant digits at most, and no exponent. */
const digits = (number: number): string => {
  const size = Math.abs(number);
  if (size < 0.005) return '0';
  return number.toFixed(size >= 100 || Number.isInteger(number) ? 0 : size >= 1 ? 1 : 2);
};

/** A value with its UCUM unit: seconds below one become milliseconds, ratios percent, bytes powers of 1,024. */
export const value = (number: number | null, unit: string): string => {
  if (number === null || !Number.isFinite(number)) return '–';
  if (unit === '1') return `${(number * 100).toFixed(1)} %`;
  if (unit === 's')
    return Math.abs(number) < 1
      ? `${(number * 1_000).toFixed(number !== 0 && Math.abs(number) < 0.01 ? 1 : 0)} ms`
      : `${number.toFixed(2)} s`;
  if (unit === 'By') {
    const power = Math.min(bytes.length - 1, Math.floor(Math.log2(Math.max(1, Math.abs(number))) / 10));
    return `${digits(number / 1_024 ** power)} ${bytes[power]}`;
  }
  const name = unit.replace(/[{}]/g, '');
  if (name === '') return digits(number);
  return `${digits(number)} ${unit.startsWith('{') && digits(number) !== '1' ? plural(name) : name}`;
};
/** UCUM annotations are named in the singular. */
const plural = (name: string): string =>
  name.endsWith('s') ? name : name.endsWith('y') ? `${name.slice(0, -1)}ies` : `${name}s`;

/** A band's edge as it can be: what is counted, timed or weighed is not below nothing, and a business share not above all. */
export const possible = (number: number | null, unit: string, isShare = false): number | null =>
  number === null ? null : Math.max(0, unit === '1' && isShare ? Math.min(1, number) : number);

/** `34 – 83 ms`, the unit named once. */
export const range = (low: number | null, high: number | null, unit: string, isShare = false): string => {
  const [from, to] = [low, high].map((edge) => value(possible(edge, unit, isShare), unit));
  const [number, ...name] = (from ?? '').split(' ');
  return to?.endsWith(` ${name.join(' ')}`) ? `${number} – ${to}` : `${from} – ${to}`;
};

const unitNames = { en: { s: 's', min: 'min', h: 'h' }, zh: { s: '秒', min: '分', h: '小时' } } as const;
/** A duration with the two largest units that say something. */
export const span = (ms: number, lang: Lang): string => {
  const { s, min, h } = unitNames[lang];
  const whole = Math.round(ms / 1_000);
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} ${s}`;
  if (whole < 60) return `${whole} ${s}`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} ${min} ${whole % 60} ${s}`;
  return `${Math.floor(whole / 3_600)} ${h} ${Math.floor((whole % 3_600) / 60)} ${min}`;
};

/** Beyond so many times the expected was as good as nothing. */
const TIMES_MAX = 1_000;
/** How many times the expected: `×14`; empty where that says nothing. */
export const times = (seen: number, expected: number): string => {
  const ratio = seen / expected;
  if (!Number.isFinite(ratio) || ratio < 1.2 || ratio > TIMES_MAX) return '';
  return `×${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1)}`;
};
