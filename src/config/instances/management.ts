/** What management messages from the network may do, and how many of them. */
import { z } from 'zod';
import type { ManagementConfig } from '../config.js';
import { wholeNumber, yesOrNo } from '../shapes.js';

/** Twice what a monitoring system that polls a hundred times a second asks. */
export const managementUnlessSet: ManagementConfig = { allowSet: false, requestsPerSecond: 200 };

/** At some 0.1 ms for each a clock has half of its time left. */
const maxRequestsPerSecond = 5000;

export const management = z.strictObject(
  {
    allowSet: yesOrNo.default(managementUnlessSet.allowSet),
    requestsPerSecond: wholeNumber(1, maxRequestsPerSecond).default(
      managementUnlessSet.requestsPerSecond,
    ),
  },
  { error: 'write what is allowed over the wire, as in management: {allowSet: true}' },
);
