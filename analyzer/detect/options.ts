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
  /**
   * Decades of surprise that decide, at a sample in five minutes: the budget of false alarms a day. Who looks more often a day needs more to
   * decide on one sample, who looks less often needs less (`looksOf`). Once the series has `youngSamples`.
   */
  readonly decades: number;
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
  decades: 6.2,
  youngSamples: 120,
  calmSamples: 5,
  acceptSamples: 1_800,
};
