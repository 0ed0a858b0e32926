// One entry of the engine's ordered input, parsed from the stream's message: the only place where bytes become values.
import {
  type BusinessBatch,
  businessBatch,
  type ChangeEvent,
  type Command,
  changeEvent,
  command,
  decodeFrame,
  type FlagReport,
  type Frame,
  type FrameSchema,
  flagReport,
  frameSchema,
  parseTelemetrySubject,
} from '@fenghuo/rules/contract';

/** `seq` and `atMs` are the stream's own sequence and time: the only clock that the engine has. */
export type Input = { readonly seq: number; readonly atMs: number } & (
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'early'; readonly frame: Frame }
  | { readonly kind: 'schema'; readonly schema: FrameSchema }
  | { readonly kind: 'event'; readonly event: ChangeEvent }
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'flag'; readonly report: FlagReport }
  | { readonly kind: 'business'; readonly batch: BusinessBatch }
);
export type InputFault = { readonly fault: string };
/** A message of the stream as it lies there. */
export type Message = {
  readonly seq: number;
  readonly atMs: number;
  readonly subject: string;
  readonly data: Uint8Array;
};

const text = new TextDecoder();

/** Parses one message, or says why it is none of ours; never throws. */
export const parseInput = ({ seq, atMs, subject, data }: Message): Input | InputFault => {
  const about = parseTelemetrySubject(subject);
  if (about === undefined) return { fault: 'subject' };
  if (about.kind === 'frame' || about.kind === 'early') {
    const frame = decodeFrame(data);
    return 'fault' in frame ? frame : { seq, atMs, kind: about.kind, frame };
  }
  let json: unknown;
  try {
    json = JSON.parse(text.decode(data));
  } catch {
    return { fault: 'json' };
  }
  switch (about.kind) {
    case 'schema': {
      const parsed = frameSchema.safeParse(json);
      return parsed.success ? { seq, atMs, kind: 'schema', schema: parsed.data } : { fault: 'schema' };
    }
    case 'event': {
      const parsed = changeEvent.safeParse(json);
      return parsed.success ? { seq, atMs, kind: 'event', event: parsed.data } : { fault: 'event' };
    }
    case 'command': {
      const parsed = command.safeParse(json);
      return parsed.success ? { seq, atMs, kind: 'command', command: parsed.data } : { fault: 'command' };
    }
    case 'business': {
      const parsed = businessBatch.safeParse(json);
      return parsed.success ? { seq, atMs, kind: 'business', batch: parsed.data } : { fault: 'business' };
    }
    case 'flag': {
      const parsed = flagReport.safeParse(json);
      return parsed.success ? { seq, atMs, kind: 'flag', report: parsed.data } : { fault: 'flag' };
    }
  }
};
