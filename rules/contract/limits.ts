// Every bound that two workspaces share, unit last in the name, its cost or reason beside it.

export const limits = {
  /** Ticks of every probe: one frame a second. */
  tickMs: 1_000,
  /** So far into a tick a probe whose calls are in trouble tells how they have fared in it: half the wait for the next frame. */
  earlyMs: 500,
  /** A frame with more columns is split by the probe; 4,096 doubles are 32 KiB on the wire. */
  frameColumnsMax: 4_096,
  /** NATS default maximum payload is 1 MiB; a schema of 4,096 columns stays below it. */
  messageBytesMax: 1_048_576,
  /** Frames a probe keeps while the bus is away: 300 s at 1 s; with 400 columns about 1 MB. */
  probeBufferFramesMax: 300,
  /** Bytes a probe keeps while the bus is away, whatever the frames' size. */
  probeBufferBytesMax: 8_388_608,
  /** How long a probe keeps a message that was sent and not answered; NATS must know its id, or the collector its number, for longer, or it is stored twice. */
  probeUnansweredMsMax: 300_000,
  /** NATS knows message ids for this long, and keeps them up to three times as long, 140 bytes each. Frames of probes have none: they are known by their numbers. */
  duplicateWindowMs: 360_000,
  /** Distinct edges (caller, callee, operation) a probe reports; the rest is folded into operation "other". */
  probeEdgesMax: 256,
  /** TELEMETRY keeps 48 h, bounded by bytes; full means push back (discard new). */
  telemetryAgeMsMax: 48 * 3_600_000,
  telemetryBytesMax: 8 * 1_024 ** 3,
  /** Partitions of the telemetry stream. */
  partitionsMax: 64,
  /** Leases of degrade flags: never longer than ten minutes without renewal. */
  leaseMsMin: 2_000,
  leaseMsMax: 600_000,
  /** Events of business that a probe sends a tick; at some 200 bytes each 200 kB. What is more is dropped and counted. */
  businessEventsMax: 1_000,
  /** Attribute values and names longer than this are cut by the probe. */
  attributeCharsMax: 256,
  /** Suspects a cause event carries. */
  suspectsMax: 10,
  /** Evidence series a live message carries. */
  evidenceSeriesMax: 8,
  /** Objectives of OpenSLO documents; each keeps some 6 KB of windows. */
  slosMax: 1_000,
  /** Preventive findings that stand at once; the rest wait until one is cleared. */
  checksMax: 100,
  /** Sources in trouble that are told and shown at once; the rest is counted by kind of trouble. */
  sourcesShownMax: 100,
  /** Incidents that are not closed at once; more are refused with a decision. */
  incidentsOpenMax: 100,
} as const;

if (limits.frameColumnsMax * 8 + 64 > limits.messageBytesMax)
  throw new Error('limits: a full frame must fit in one message');
if (limits.probeUnansweredMsMax >= limits.duplicateWindowMs)
  throw new Error('limits: what a probe sends again must still be known to NATS');
