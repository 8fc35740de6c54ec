import { expect, test } from 'vitest';
import { offsetSummaries } from '../../hw/guest/offset-summaries.js';

test('a second in which every offset was 0 counts like any other', () => {
  const lines = [
    'ptp4l[65.236]: rms    1 max    3 freq   +107 +/-   1 delay     0 +/-   0',
    'ptp4l[66.252]: rms    0 max   -0 freq   +106 +/-   1 delay     0 +/-   0',
    'ptp4l[66.300]: port 1 (eth4): UNCALIBRATED to SLAVE on MASTER_CLOCK_SELECTED',
  ];
  expect(offsetSummaries(lines)).toEqual([
    { at: 65.236, rmsNs: 1, maxNs: 3 },
    { at: 66.252, rmsNs: 0, maxNs: 0 },
  ]);
});
