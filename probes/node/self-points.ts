// The probe's own figures: what it sent, what it had to drop, and why the graph may lack something.
import type { Assembler } from './assemble.ts';
import type { Business } from './business.ts';
import type { Outbox } from './outbox.ts';
import type { Point } from './point.ts';

/** Totals since the start, but for the outbox's size. */
export const selfPoints = (outbox: Outbox, assembler: Assembler, business: Business): Point[] => {
  const point = (metric: string, unit: string, value: number): Point => ({
    metric,
    unit,
    kind: 'gauge',
    class: 'resource',
    attributes: {},
    value,
  });
  return [
    point('fenghuo.probe.outbox.size', '{message}', outbox.size),
    point('fenghuo.probe.messages.sent', '{message}', outbox.sent),
    point('fenghuo.probe.messages.dropped', '{message}', outbox.othersDropped),
    point('fenghuo.probe.frames.dropped', '{frame}', outbox.framesDropped),
    point('fenghuo.probe.points.folded', '{point}', assembler.folded),
    point('fenghuo.probe.events.dropped', '{event}', business.dropped),
  ];
};
