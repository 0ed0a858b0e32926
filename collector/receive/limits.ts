// Every bound of the receivers, unit last in the name, its cost or reason beside it.
import { limits } from '@fenghuo/rules/contract';

export const receiveLimits = {
  /** A request's body as it comes over the wire; Prometheus sends some 100 KB, the OpenTelemetry SDKs less. */
  bodyBytesMax: 8 * 1_048_576,
  /** The same once inflated: what a gzip or snappy bomb may cost. */
  decodedBytesMax: 32 * 1_048_576,
  /** Decoded bytes of all requests under way; what does not fit is answered 503. */
  flyingBytesMax: 128 * 1_048_576,
  /** Requests under way at once. */
  flyingRequestsMax: 256,
  /** Processor time that a source may cost in a second by what is then refused: beyond, it is not even read. */
  wastedMsPerSecond: 50,
  /** What one source may have of both, where there are several. */
  flyingShare: 0.5,
  /** A request's headers, and the whole of it, must have come by then: a slow-loris holds a socket no longer. */
  headersMsMax: 10_000,
  requestMsMax: 30_000,
  /** A connection is kept for so long between requests: who sends each minute finds it open, and no request meets a socket that is just being closed. */
  keepAliveMsMax: 75_000,
  /** Sockets open at once on a receiver's port. */
  socketsMax: 1_024,
  /** Values of the OTLP/JSON document may nest so deep; OTLP itself needs about twelve levels. */
  jsonDepthMax: 64,
  /** Nested messages of protobuf (an AnyValue may hold AnyValues). */
  protobufDepthMax: 32,
  /** Attributes of a span or log record that are kept; the rest is left out. */
  spanAttributesMax: 64,
  /** Spans or log records of one request: exporters send some 500, gateways some 8,000. */
  requestItemsMax: 50_000,
  /** Requests of spans and logs whose content is remembered, and for how long: 100 bytes each. */
  seenRequestsMax: 20_000,
  seenMsMax: 120_000,
  /** Spans of one source that wait for their second to end, and for the other side of the call: 500 bytes each. */
  spansWaitingMax: 100_000,
  /** Spans of one source that are kept whole in a second, whatever speaks for them. */
  spansKeptPerSecondMax: 1_000,
  /** Kept spans and log records travel in messages of so many bytes at most. */
  rowsBytesMax: Math.floor(limits.messageBytesMax / 2),
  /** Service instances of one source whose spans are counted: some 4 KB each, and 1 KB an edge. */
  instancesMax: 2_000,
  /** Addresses whose service spans have told. */
  addressesMax: 10_000,
  /** Services of one source whose logs are looked at: 100 KB each where they have many signatures. */
  logServicesMax: 1_000,
  /** Error signatures of a service; further ones are one. */
  signaturesMax: 200,
  /** A signature that was not seen for a day is new again when it comes back. */
  signatureIdleMsMax: 24 * 3_600_000,
  /** New signatures that are told as events, of a service and of a source: the engine remembers 256 changes. */
  signaturesToldPerHourMax: 10,
  signaturesToldPerHourOfSourceMax: 60,
  /** Events that wait for NATS. */
  eventsWaitingMax: 1_000,
  /** Between two scrapes of a target; a series must not be idle between them. */
  scrapeMsMin: 100,
  scrapeMsMax: 300_000,
  /** Targets of one job. */
  scrapeTargetsMax: 5_000,
  /** Files of targets are read again after so long at the latest. */
  scrapeLookMsMax: 30_000,
  /** Lines that are recognised, dropped ones too; beyond, all are met anew. */
  scrapeLinesMax: 2_000_000,
  /** Families of one answer whose type is remembered. */
  scrapeFamiliesMax: 20_000,
  /** Operations whose slow tail is known: 1.5 KB each. */
  operationsMax: 4_096,
  /** A second's spans and logs are waited for at most so long; exporters send every five seconds by default. */
  lateMsMax: 10_000,
  /** What is later than this is not counted with the calls of now. */
  foldMsMax: 60_000,
  /** Seconds of figures made here that wait for NATS. */
  figuresWaitingMax: 120,
  /** How often it is looked which seconds are complete. */
  closeMs: 250,
  /** Live series of one source: about 600 bytes each, most of it their label bytes. */
  seriesMax: 1_000_000,
  /** Virtual probes (one or more for each service instance) of one source. */
  probesMax: 20_000,
  labelsMax: 64,
  /** One series' labels, encoded. */
  labelBytesMax: 16_384,
  /** Columns of a virtual probe: 8 KB a frame; wider ones would make sparse requests dear. */
  columnsMax: 1_024,
  /** A schema as JSON must fit in one message. */
  schemaBytesMax: Math.floor(limits.messageBytesMax * 0.75),
  /** Empty columns in a row that a frame carries before it is cut in two; a message of its own costs as much. */
  gapColumnsMax: 16,
  /** Half-filled frames that one request may hold before they are sealed: 32 MB at the most. */
  openRowsMax: 4_096,
  /** Frames of one request: a sender that gives each sample an instant of its own must split its requests. */
  requestFramesMax: 16_384,
  /** Samples of one request; with empty columns between them they cost 128 bytes each at most. */
  requestSamplesMax: 500_000,
  /** JetStream has acknowledged a request's frames by then, or the answer is 503. */
  publishMsMax: 8_000,
  /** What the client is told to wait under pressure. */
  retryAfterSeconds: 2,
  /** A series without a sample for so long makes room for others. */
  idleMsMax: 600_000,
  sweepMs: 60_000,
  /** Samples from further ahead are refused: a wrong clock would hide all that follows. */
  aheadMsMax: 600_000,
  /** Samples older than raw data is kept are refused. */
  behindMsMax: 48 * 3_600_000,
} as const;

export type ReceiveLimits = { readonly [K in keyof typeof receiveLimits]: number };

if (receiveLimits.columnsMax > limits.frameColumnsMax) throw new Error('limits: a virtual probe is wider than a frame');
