// The spans or log records of a request, each with its resource: within their number, and none of a service that has no name.
import type { Resource } from '@fenghuo/rules/contract';
import { receiveLimits } from './limits.ts';
import { readResource } from './otlp-values.ts';
import { eachItem, eachScope } from './otlp-walk.ts';
import { Reader } from './protobuf.ts';
import { Refusal, type RefusalReason } from './refusal.ts';
import type { Refused } from './refused.ts';

export type Named = Resource & { readonly service: string };

/** Calls `work` with the reader inside each item. Throws Refusal where there are too many of `what`, or the request is corrupt. */
export const eachNamed = (
  bytes: Uint8Array,
  what: string,
  invalid: RefusalReason,
  refused: Refused,
  work: (reader: Reader, resource: Named) => void,
): void => {
  const reader = new Reader(bytes);
  let [resourceAt, resource]: [number, Resource] = [-1, {}];
  let items = 0;
  eachScope(reader, ({ resourceFrom, resourceTo }) => {
    if (resourceAt !== resourceFrom) {
      resource = readResource(new Reader(bytes, resourceFrom, resourceTo));
      resourceAt = resourceFrom;
    }
    const { service } = resource;
    const named = service === undefined ? undefined : { ...resource, service };
    eachItem(reader, () => {
      if (++items > receiveLimits.requestItemsMax)
        throw new Refusal('scattered', `more than ${receiveLimits.requestItemsMax} ${what} in one request: split it`);
      if (named === undefined) refused.note(invalid, `${what} of a resource without service.name`);
      else work(reader, named);
    });
  });
};
