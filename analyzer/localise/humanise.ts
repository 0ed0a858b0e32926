// Numbers as a person says them at three in the morning: 812 ms, 4.1 %, 1.2 GiB.

const binary = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

const short = (value: number): string =>
  (Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2)).replace(
    /\.0+$/,
    '',
  );

/** A value with its UCUM unit (`s`, `ms`, `1`, `By`, `{call}` …) in the size that reads best. */
export const humanise = (value: number, unit: string): string => {
  if (!Number.isFinite(value)) return 'unknown';
  if (unit === 's') return Math.abs(value) < 1 ? `${short(value * 1_000)} ms` : `${short(value)} s`;
  if (unit === '1') return `${short(value * 100)} %`;
  if (unit === 'By') {
    let size = value;
    let step = 0;
    while (Math.abs(size) >= 1_024 && step < binary.length - 1) {
      size /= 1_024;
      step++;
    }
    return `${short(size)} ${binary[step]}`;
  }
  const plain = unit.replace(/[{}]/g, '');
  return plain === '' ? short(value) : `${short(value)} ${plain}`;
};
