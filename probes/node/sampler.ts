// Every call counts, whatever an upstream has decided about keeping its traces: figures of a sample would be figures of nobody.
import { type Context, TraceFlags, trace } from '@opentelemetry/api';
import { tracing } from '@opentelemetry/sdk-node';

/** Records every span; hands an upstream's "not sampled" on as it came, for those behind who keep traces. */
export const countAll: tracing.Sampler = {
  shouldSample: (context: Context) => {
    const parent = trace.getSpanContext(context);
    const sampled = parent === undefined || (parent.traceFlags & TraceFlags.SAMPLED) !== 0;
    return { decision: sampled ? tracing.SamplingDecision.RECORD_AND_SAMPLED : tracing.SamplingDecision.RECORD };
  },
  toString: () => 'FenghuoCountAll',
};
