// The detectors' settings: one set for every series, live and recorded. None is fitted to a data set; docs/detection.md says how each was chosen.

export type BankOptions = {
  /** Healthy samples before a series may speak. */
  readonly warmSamples: number;
  /** Samples over which location and scale forget. */
  readonly memorySamples: number;
  /** Effective z of a single sample that is decided at once. */
  readonly zImmediate: number;
  /** Effective z above which samples add up, and the sum that decides (one-sided CUSUM, Page 1954). */
  readonly zSlack: number;
  readonly sumDecides: number;
  /** Decades of surprise that decide alone, at a sample in five minutes or slower; faster series look more often and need more. */
  readonly decadesAlone: number;
  /** Decades that a decision of the band needs once the series has `youngSamples`. */
  readonly decadesBand: number;
  readonly youngSamples: number;
  /** Samples inside the band that end an anomaly. */
  readonly calmSamples: number;
  /** Samples after which a new level is accepted as normal. */
  readonly acceptSamples: number;
};

export const bankDefaults: BankOptions = {
  warmSamples: 20,
  memorySamples: 240,
  zImmediate: 9,
  zSlack: 3,
  sumDecides: 7,
  decadesAlone: 5.7,
  decadesBand: 5.7,
  youngSamples: 120,
  calmSamples: 5,
  acceptSamples: 1_800,
};
