/** What a notice of the engine says to whoever runs the switch: what was seen, what follows, what to do about it. */
import type { Notice } from '../../native/data-plane.js';

export interface NoticeWords {
  readonly text: string;
  readonly remedy: string;
}

/** Of those that are not told by the state that they lead to. */
export function noticeWords(
  notice: Exclude<Notice, 'loop' | 'isolationOver'>,
  port: string,
  otherPort: string,
): NoticeWords {
  switch (notice) {
    case 'mergedByOffload':
      return {
        text: 'the host merges PTP messages into one packet, and they are dropped',
        remedy: `ethtool -K ${port} rx-udp-gro-forwarding off rx-gro-list off rx-lro off`,
      };
    case 'answerByOtherPort':
      return {
        text: `a Delay_Resp comes in by it, but its Delay_Req left by ${otherPort}, so its correction is not known and it is dropped`,
        remedy: 'the master has to answer by the port that it is asked by',
      };
    case 'secondAnswer':
      return {
        text: `it answers a Pdelay_Req that ${otherPort} has answered too`,
        remedy: 'stations that measure peer delay need type: p2p-tc in between',
      };
  }
}
