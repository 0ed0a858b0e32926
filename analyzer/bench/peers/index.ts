// Methods of the literature, re-implemented to be run on the same cases: what the product's figures are to be compared with.

import type { RecordedCase } from '../case.ts';
import { circa } from './circa.ts';
import { inOrder, observed, type Peer } from './observed.ts';
import { correlation, walk } from './related.ts';
import { baro, nSigma } from './scalers.ts';
import { traversal } from './traversal.ts';

export const peers: readonly Peer[] = [baro, nSigma, circa, traversal, correlation, walk];

/** Services as a peer ranks them, best first. */
export const rankedBy = ({ rate }: Peer, recorded: RecordedCase): readonly string[] =>
  inOrder(rate(observed(recorded)));
