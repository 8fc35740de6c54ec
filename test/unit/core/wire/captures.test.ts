/** Every PTP frame of every capture through decode and encode. */
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../../../src/core/wire/message.js';
import { captureNames } from '../../../support/pcap.js';
import { ptpFramesOf } from '../../../support/ptp-frames.js';

/** Frame counts by tshark -Y ptp: a reader that skips frames must not pass for one that reads them. */
const frameCounts: Record<string, number> = {
  'g8275-1': 838,
  gptp: 228,
  'l2-authentication': 38,
  'l2-e2e': 44,
  'l2-management': 262,
  'l2-p2p': 94,
  'l2-path-trace': 40,
  'udp4-e2e': 48,
  'udp4-hybrid': 48,
  'udp4-p2p': 94,
  'udp4-unicast-negotiation': 72,
  'udp6-e2e': 40,
  'udp6-p2p': 94,
};

describe.each(captureNames())('capture %s', (capture) => {
  const frames = ptpFramesOf(capture);

  it('holds the frames that tshark finds', () => {
    expect(frames).toHaveLength(frameCounts[capture] ?? NaN);
  });

  it('decodes and encodes octet for octet, trailing octets apart', () => {
    for (const { frameNumber, payload, ptpLength } of frames) {
      const result = decode(payload);
      if (!result.ok) throw new Error(`frame ${frameNumber}: ${result.reason}`);
      expect(encode(result.message), `frame ${frameNumber}`).toEqual(payload.slice(0, ptpLength));
      expect(result.trailing, `frame ${frameNumber}`).toEqual(payload.slice(ptpLength));
    }
  });

  it('leaves no TLV unknown', () => {
    const unknown = frames.flatMap(({ payload }) => {
      const result = decode(payload);
      return result.ok ? result.message.tlvs.filter(({ tlvType }) => tlvType === 'unknown') : [];
    });
    expect(unknown).toEqual([]);
  });
});
