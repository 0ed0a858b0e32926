// Units of time (UCUM codes, as OpenTelemetry has them): what may be held against a time is told in seconds first.

const secondsPer: Readonly<Record<string, number>> = { s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9 };

/** `amount` of a unit in seconds; undefined where the unit is none of time. */
export const secondsOf = (amount: number, unit: string): number | undefined => {
  const seconds = secondsPer[unit];
  return seconds === undefined ? undefined : amount * seconds;
};
