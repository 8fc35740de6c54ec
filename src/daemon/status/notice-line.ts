/** What a notice of the engine says to whoever runs the switch: what was seen, what follows, what to do about it. */
import type { Notice } from '../../native/data-plane.js';

/** One line of the log; undefined where the notice only ends what an earlier one has told. */
export function noticeLine(notice: Notice, port: string, otherPort: string): string | undefined {
  switch (notice) {
    case 'loop':
      return `${port}: a loop: what comes in by ${otherPort} comes round to it: isolated, and tried again every 10 s; use bridge: {stp: true}, or pull a cable`;
    case 'mergedByOffload':
      return `${port}: the host merges PTP messages into one packet, and they are dropped: ethtool -K ${port} rx-udp-gro-forwarding off rx-gro-list off rx-lro off`;
    case 'answerByOtherPort':
      return `${port}: a Delay_Resp comes in by it, but its Delay_Req left by ${otherPort}, so its correction is not known and it is dropped: the master has to answer by the port that it is asked by`;
    case 'secondAnswer':
      return `${port}: it answers a Pdelay_Req that ${otherPort} has answered too: stations that measure peer delay need type: p2p-tc in between`;
    case 'isolationOver':
      return undefined;
  }
}
